import type { GenerationRequest, ResultPicture } from '../../shared/contract/generation.ts';
import { AppError } from '../../shared/errors.ts';
import { type KeptFiles, toKeptName } from '../../shared/files/kept-files.ts';
import { type Format, type MediaType, toMediaType } from '../../shared/picture/media-type.ts';
import type { Logger } from '../../shared/service/log.ts';
import { withDeadline } from '../../shared/wait.ts';
import type { EncodedFormat } from '../picture/conversion.ts';
import type { Conversions } from '../picture/conversions.ts';
import type { Store } from '../stores/store.ts';
import { type Candidate, firstToServe, NobodyServed, toRetryAfter } from './fallback.ts';
import type { ProductionWatch } from './observer.ts';
import type { Painted } from './painted-shelf.ts';
import type { Shelf, ShelfFile } from './shelf.ts';

const UPLOAD_TIMEOUT_MS = 60_000;

export interface StoreCandidate extends Candidate {
  readonly store: Store;
}

/** A store with the file that it would get. */
interface Offer extends StoreCandidate {
  readonly file: ShelfFile;
}

export interface Delivery {
  readonly picture: ResultPicture;
  readonly warnings: readonly string[];
}

interface DeliveryContext {
  readonly request: Pick<GenerationRequest, 'format' | 'deliver'>;
  readonly signal: AbortSignal;
  readonly watch: Pick<ProductionWatch, 'calling'>;
  /** Milliseconds until the job's deadline. */
  readonly remainingMs: () => number;
}

interface DelivererOptions {
  readonly stores: readonly StoreCandidate[];
  readonly shelf: Shelf;
  readonly conversions: Conversions;
  readonly keptPictures: Pick<KeptFiles, 'link'>;
  readonly uploadTimeoutMs?: number | undefined;
  readonly log: Logger;
}

export type Deliver = (painted: Painted, context: DeliveryContext) => Promise<Delivery>;

/** Delivers a finished picture: to the first store that takes it, or from the shelf if the caller wants bytes. */
export function createDeliver(options: DelivererOptions): Deliver {
  const { stores, shelf, conversions, keptPictures, uploadTimeoutMs = UPLOAD_TIMEOUT_MS, log } = options;

  async function markDelivered(id: string, file: ShelfFile): Promise<void> {
    try {
      await shelf.deliver(id, file);
    } catch (error) {
      log.warn({ err: error }, 'the shelf cannot record that a picture was delivered');
    }
  }

  async function deliverBytes({ record }: Painted, file: ShelfFile): Promise<Delivery> {
    const isKept = await shelf.deliver(record.id, file).catch((error: unknown) => {
      throw new AppError('store_failed', 'the shelf cannot keep the picture for the gateway (DATA_DIR)', {
        cause: error,
      });
    });
    if (isKept) {
      await keepForGateway(record.id, file);
      return { picture: toPicture(record, { mediaType: file.mediaType }), warnings: [] };
    }
    throw new AppError('store_failed', 'the shelf could not keep the picture for the gateway (DATA_DIR)');
  }

  /** Works only if a gateway with the same DATA_DIR has made the directory; any other gateway fetches the picture. */
  async function keepForGateway(id: string, { bytes, mediaType }: ShelfFile): Promise<void> {
    try {
      await keptPictures.link(toKeptName(id, mediaType), shelf.pathOf(id, mediaType), bytes.length);
    } catch (error) {
      log.warn({ err: error }, 'a picture could not be linked into the directory of the gateway');
    }
  }

  async function upload(painted: Painted, offers: readonly Offer[], context: DeliveryContext): Promise<Delivery> {
    const { record } = painted;
    const put = ({ store, file, name }: Offer) => {
      const timeoutMs = Math.max(1, Math.min(uploadTimeoutMs, context.remainingMs()));
      const deadline = { timeoutMs, signal: context.signal, code: 'store_failed', what: name } as const;
      return withDeadline(deadline, (signal) => store.put({ ...record, ...file }, { signal }));
    };
    const onCall = ({ name, file }: Offer) => context.watch.calling({ kind: 'store', name, bytes: file.bytes.length });
    const { candidate, value, passedOver } = await firstToServe(offers, put, { ...context, onCall });
    for (const { name, error } of passedOver) log.warn({ store: name, reason: error.message }, 'a store failed');
    await markDelivered(record.id, candidate.file);
    const { mediaType = candidate.file.mediaType } = value;
    const story = passedOver.map(
      ({ name }) => `${name} could not keep the picture; ${candidate.name} keeps it instead.`,
    );
    return {
      picture: toPicture(record, { ...value, mediaType, store: candidate.name }),
      warnings: [...story, ...describeMediaType(candidate.name, toMediaType(context.request.format), mediaType)],
    };
  }

  return async (painted, context) => {
    const { format, deliver } = context.request;
    const files = createEncodings(painted, conversions, context.signal);
    if (deliver === 'bytes') return deliverBytes(painted, await files(format));
    const offers: Offer[] = [];
    const tooSmall: string[] = [];
    for (const candidate of stores) {
      const { accepts, maxBytes = Number.POSITIVE_INFINITY } = candidate.store;
      const file = await files(accepts.includes(toMediaType(format)) ? format : 'png');
      if (file.bytes.length <= maxBytes) offers.push({ ...candidate, file });
      else tooSmall.push(`${candidate.name} takes no picture of ${file.bytes.length} bytes.`);
    }
    try {
      const { picture, warnings } = await upload(painted, offers, context);
      return { picture, warnings: [...tooSmall, ...warnings] };
    } catch (error) {
      if (!(error instanceof NobodyServed)) throw error;
      const message = [...tooSmall, error.message].join(' ');
      throw new AppError('store_failed', message, { retryAfterSeconds: toRetryAfter(error.passedOver), cause: error });
    }
  };
}

/** Encodes each format at most once, however many stores want it. */
function createEncodings(
  { record: { width, height }, readPng, pngPath }: Painted,
  conversions: Conversions,
  signal: AbortSignal,
): (format: Format) => Promise<ShelfFile> {
  const made = new Map<Format, ShelfFile>();
  const encode = async (format: EncodedFormat): Promise<Buffer> => {
    const toConversion = async () => ({ kind: 'encode', png: pngPath ?? (await readPng()), format }) as const;
    return (await conversions.run(width * height, toConversion, signal)).bytes;
  };
  return async (format) => {
    const known = made.get(format);
    if (known !== undefined) return known;
    const bytes = await (format === 'png' ? readPng() : encode(format));
    const file = { bytes, mediaType: toMediaType(format), path: format === 'png' ? pngPath : undefined };
    made.set(format, file);
    return file;
  };
}

function describeMediaType(store: string, wanted: MediaType, got: MediaType): string[] {
  return wanted === got ? [] : [`${store} keeps the picture as ${got} instead of ${wanted}.`];
}

function toPicture(
  { id, width, height, seed, nsfw }: Painted['record'],
  hosted: Pick<ResultPicture, 'url' | 'store' | 'deleteToken' | 'expiresAt'> & { readonly mediaType: MediaType },
): ResultPicture {
  return { id, width, height, seed, nsfw, ...hosted };
}
