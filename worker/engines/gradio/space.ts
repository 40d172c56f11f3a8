import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../../shared/wait.ts';
import { isSuccess, readJson, type UpstreamReply } from '../../upstream/upstream.ts';
import { configSchema, type GradioInfo, infoSchema, spaceSchema } from './schema.ts';
import { type SpaceAddress, toSpaceUrl } from './space-address.ts';

/** An app that answered, and how it wants to be called. */
export interface ConnectedSpace {
  readonly label: string;
  /** Without a trailing slash. */
  readonly url: string;
  /** `url` with the prefix of its API. */
  readonly api: string;
  readonly info: GradioInfo;
  /** The number of an endpoint, for the queue. Undefined if the app does not name it. */
  functionIndex(endpoint: string): number | undefined;
}

/** One GET. The token goes only to the hub and to the Space's own address. */
export type Ask = (url: string, signal: AbortSignal) => Promise<UpstreamReply>;

/** The Space sleeps or is being built, so waiting helps. */
export class SpaceAsleep extends Error {
  override readonly name = 'SpaceAsleep';
  readonly stage: string;

  constructor(label: string, stage: string) {
    super(`${label} is not awake (${stage})`);
    this.stage = stage;
  }
}

const WAITED_FOR: ReadonlySet<string> = new Set([
  'SLEEPING',
  'STOPPED',
  'BUILDING',
  'RUNNING_BUILDING',
  'APP_STARTING',
  'RUNNING_APP_STARTING',
]);
/** Authors change their Spaces, so what is known of one is kept for an hour. */
const KEPT_MS = 60 * 60_000;
/** A Space that is paused or broken needs its author. */
const BROKEN_REST_MS = 10 * 60_000;

interface SpaceConnectorOptions {
  /** Where the hub is. */
  readonly hubUrl: string;
  /** Whether the hub is huggingface.co. Its answers may only name hosts of Spaces. */
  readonly isPublicHub: boolean;
  readonly ask: Ask;
  /** Whether a Space that sleeps is woken. Default: true. */
  readonly wakes?: boolean;
  readonly clock: Pick<Clock, 'elapsed'>;
}

/** Finds out how to call an app, and remembers it for an hour. Throws SpaceAsleep or an AppError. */
export function createSpaceConnector({ hubUrl, isPublicHub, ask, wakes = true, clock }: SpaceConnectorOptions) {
  const kept = new Map<string, { readonly space: ConnectedSpace; readonly until: number }>();

  /** Asks the hub for the Space's address and stage. */
  async function locate({ id, label, url }: SpaceAddress, signal: AbortSignal): Promise<string> {
    if (id === undefined) return url ?? '';
    const reply = await ask(`${hubUrl}/api/spaces/${id}`, signal);
    if (reply.status === 404 || reply.status === 401) throw broken(label, 'there is no such Space, or it is private');
    const space = isSuccess(reply) ? spaceSchema.safeParse(readJson(reply)).data : undefined;
    const address = toAllowedHost(space?.host) ?? toSpaceUrl(id);
    const stage = space?.runtime?.stage ?? 'RUNNING';
    if (WAITED_FOR.has(stage)) {
      // Any request for its page wakes the Space. The answer does not matter.
      if (wakes) await ask(address, signal).catch(() => undefined);
      throw new SpaceAsleep(label, stage);
    }
    if (stage !== 'RUNNING') throw broken(label, `it is ${stage}`);
    return address;
  }

  function toAllowedHost(host: string | undefined): string | undefined {
    if (host === undefined || !URL.canParse(host)) return undefined;
    const url = new URL(host);
    return isPublicHub && !(url.protocol === 'https:' && url.hostname.endsWith('.hf.space')) ? undefined : url.origin;
  }

  async function connect(address: SpaceAddress, signal: AbortSignal): Promise<ConnectedSpace> {
    const url = await locate(address, signal);
    const reply = await ask(`${url}/config`, signal);
    // While the Space starts, a page of the hub answers instead.
    const config = configSchema.safeParse(readJson(reply)).data;
    if (!isSuccess(reply) || config === undefined) {
      if (address.id !== undefined || reply.status === 503)
        throw new SpaceAsleep(address.label, `HTTP ${reply.status}`);
      throw broken(address.label, `it answers HTTP ${reply.status} like no Gradio app`);
    }
    const api = `${url}${config.api_prefix}`;
    const info = infoSchema.safeParse(readJson(await ask(`${api}/info`, signal)));
    if (!info.success) throw broken(address.label, 'it does not describe its API');
    const indexes = new Map(config.dependencies.map(({ api_name, id }, index) => [`/${api_name}`, id ?? index]));
    return { label: address.label, url, api, info: info.data, functionIndex: (endpoint) => indexes.get(endpoint) };
  }

  return async (address: SpaceAddress, signal: AbortSignal): Promise<ConnectedSpace> => {
    const known = kept.get(address.label);
    if (known !== undefined && known.until > clock.elapsed()) return known.space;
    const space = await connect(address, signal);
    kept.set(address.label, { space, until: clock.elapsed() + KEPT_MS });
    return space;
  };
}

const broken = (label: string, reason: string): AppError =>
  new AppError('engine_failed', `${label}: ${reason}`, { restMs: BROKEN_REST_MS });
