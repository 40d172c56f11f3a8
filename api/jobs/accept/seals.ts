import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { type GenerationRequest, generationRequestSchema } from '../../../shared/contract/generation.ts';
import { noSuchJob } from './job-ids.ts';

/**
 * Seals let jobs outlive their records: when a free host loses its disk, `status_url` still contains the request. It is
 * sealed with AES-256-GCM under a key derived from JOB_SECRET, so that nobody else can make one, or read the prompt in an
 * address that ends up in a log. A seal is valid only for its own job id.
 */

/** The contents of a seal, for a job whose record is lost. */
export interface SealedJob {
  readonly createdAt: number;
  /** The key that the job belongs to, or empty (`owner.ts`). */
  readonly owner: string;
  readonly needsCredentials: boolean;
  /** Undefined when the request is too long for an address. */
  readonly request?: GenerationRequest | undefined;
}

export interface Seals {
  seal(id: string, job: SealedJob): string;
  /** Throws `not_found` for a text that was not sealed for this id. */
  open(id: string, sealed: string): SealedJob;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** An address of 8 kB passes every proxy, and base64 adds a third. */
const MAX_SEALED_BYTES = 5000;
/** More than any request needs. The limit keeps a forger who knows the secret from filling the memory. */
const MAX_OPENED_BYTES = 512 * 1024;
/** Text of nearly every request, which therefore takes only a few bytes. A change makes older seals unreadable. */
const DICTIONARY = Buffer.from(
  '"negativePrompt":"","guidanceScale":7,"steps":,"shape":"portrait","landscape","square","width":,"height":,' +
    '"sampler":"","scheduler":"","engine":"","preferredEngine":"","engineOptions":{},"strict":true,"safe":true,' +
    '"strict":false,"safe":false,"format":"png","jpeg","webp","deliver":"bytes","deliver":"url","previews":0,' +
    '{"at":17,"own":true,"by":"key:","request":{"prompt":"","seed":,"seedGiven":false,"seedGiven":true,"count":1',
);

const contentsSchema = z.object({
  at: z.number(),
  own: z.literal(true).optional(),
  by: z.string().optional(),
  // A request that another release sealed may not be valid here.
  request: generationRequestSchema.optional().catch(undefined),
});
type Contents = z.infer<typeof contentsSchema>;

/** The first secret seals, and all of them open. */
export function createSeals(secrets: readonly string[]): Seals {
  const [first, ...older] = secrets.map(createSealer);
  if (first === undefined) throw new Error('at least one secret is needed');
  return {
    seal: (id, { createdAt, owner, needsCredentials, request }) => {
      const short: Contents = {
        at: createdAt,
        ...(needsCredentials && { own: true }),
        ...(owner !== '' && { by: owner }),
      };
      const whole = first.seal(id, { ...short, request });
      const sealed = whole.length <= MAX_SEALED_BYTES ? whole : first.seal(id, short);
      return sealed.toString('base64url');
    },
    open: (id, text) => {
      const contents = [first, ...older].map(({ open }) => open(id, text)).find((opened) => opened !== undefined);
      if (contents === undefined) throw noSuchJob('not a seal of this job');
      const { at, own, by = '', request } = contents;
      return { createdAt: at, owner: by, needsCredentials: own === true, request };
    },
  };
}

function createSealer(secret: string) {
  // Made once, because Node takes longer to make a key object than to use it.
  const derive = (purpose: string) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `easel job ${purpose}`, 32)));
  const [sealKey, nonceKey] = [derive('seal'), derive('nonce')];

  return {
    seal: (id: string, contents: Contents): Buffer => {
      const text = JSON.stringify(contents);
      // Derived from the contents, so that a job has the same address in every answer and no nonce is used twice.
      const nonce = createHmac('sha256', nonceKey).update(`${id} ${text}`).digest().subarray(0, NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealKey, nonce).setAAD(Buffer.from(id));
      const packed = deflateRawSync(text, { dictionary: DICTIONARY });
      return Buffer.concat([nonce, cipher.update(packed), cipher.final(), cipher.getAuthTag()]);
    },
    /** Undefined for a text that this secret has not sealed for this id. */
    open: (id: string, text: string): Contents | undefined => {
      const sealed = Buffer.from(text, 'base64url');
      // Node skips characters that are not base64, so many texts would open as the same seal.
      if (sealed.length <= NONCE_BYTES + TAG_BYTES || sealed.toString('base64url') !== text) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', sealKey, sealed.subarray(0, NONCE_BYTES));
      decipher.setAAD(Buffer.from(id)).setAuthTag(sealed.subarray(-TAG_BYTES));
      try {
        const packed = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
        const limits = { dictionary: DICTIONARY, maxOutputLength: MAX_OPENED_BYTES };
        return contentsSchema.parse(JSON.parse(inflateRawSync(packed, limits).toString('utf8')));
      } catch {
        return undefined;
      }
    },
  };
}
