import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type GenerationRequest, generationRequestSchema } from '../../../shared/contract/generation.ts';
import { AppError } from '../../../shared/errors.ts';

/**
 * Job ids that outlive their record: a free host loses its disk, the id still carries the request. It is sealed with
 * AES-256-GCM under a key derived from JOB_SECRET: only we can make one, and since ids stand in addresses and logs,
 * only we can read the prompt in it.
 */

/** What a job id says when its record is gone. */
export interface JobTicket {
  readonly id: string;
  /** Names the record. */
  readonly key: string;
  readonly runId: string;
  readonly createdAt: number;
  readonly needsCredentials: boolean;
  /** The id of a remembered answer, which has no ticket of its own. */
  readonly isAgain: boolean;
  /** Left out when the request is too long for an address. */
  readonly request?: GenerationRequest | undefined;
}

export interface JobIds {
  issue(request: GenerationRequest, facts: { createdAt: number; needsCredentials: boolean }): JobTicket;
  /** Throws `not_found` for everything that was never issued. */
  read(id: string): JobTicket;
}

const AGAIN = '.again';

/** The id under which a remembered result is told: that of the ticket it was made for, marked. */
export const toAgainId = (ticketId: string): string => `${ticketId}${AGAIN}`;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** An address of 8 kB passes every proxy; base64 adds a third. */
const MAX_SEALED_BYTES = 5000;
/** Repeats in nearly every request, so that it costs a few bytes only; changing it makes older ids unreadable. */
const DICTIONARY = Buffer.from(
  '"negativePrompt":"","guidanceScale":7,"steps":,"shape":"portrait","landscape","square","width":,"height":,' +
    '"sampler":"","scheduler":"","engine":"","preferredEngine":"","engineOptions":{},"strict":true,"safe":true,' +
    '"strict":false,"safe":false,"format":"png","jpeg","webp","deliver":"bytes","deliver":"url","previews":0,' +
    '{"at":17,"own":true,"request":{"prompt":"","seed":,"seedGiven":false,"seedGiven":true,"count":1',
);

interface Contents {
  readonly at: number;
  readonly own?: true;
  readonly request?: GenerationRequest;
}

export function createJobIds(secret: string): JobIds {
  // Made once: Node takes longer to turn bytes into a key than to use it.
  const derive = (purpose: string): KeyObject =>
    createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `easel job ${purpose}`, 32)));
  const sealKey = derive('id');
  const runKey = derive('run');

  /** The same for a ticket that has to be queued again, so that its picture gets the same name again. */
  const toRunId = (key: string): string =>
    `r${createHmac('sha256', runKey).update(key).digest('base64url').slice(0, 24)}`;

  function seal(nonce: Buffer, contents: Contents): Buffer {
    const cipher = createCipheriv('aes-256-gcm', sealKey, nonce);
    const packed = deflateRawSync(JSON.stringify(contents), { dictionary: DICTIONARY });
    return Buffer.concat([nonce, cipher.update(packed), cipher.final(), cipher.getAuthTag()]);
  }

  function open(sealed: Buffer): Contents {
    const decipher = createDecipheriv('aes-256-gcm', sealKey, sealed.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const packed = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    return JSON.parse(inflateRawSync(packed, { dictionary: DICTIONARY }).toString('utf8')) as Contents;
  }

  return {
    issue: (request, { createdAt, needsCredentials }) => {
      const nonce = randomBytes(NONCE_BYTES);
      const short: Contents = { at: createdAt, ...(needsCredentials && { own: true }) };
      const whole = seal(nonce, { ...short, request });
      const isFitting = whole.length <= MAX_SEALED_BYTES;
      const sealed = isFitting ? whole : seal(randomBytes(NONCE_BYTES), short);
      const id = sealed.toString('base64url');
      const key = id.slice(0, KEY_CHARACTERS);
      return {
        id,
        key,
        runId: toRunId(key),
        createdAt,
        needsCredentials,
        isAgain: false,
        ...(isFitting && { request }),
      };
    },
    read: (given) => {
      const isAgain = given.endsWith(AGAIN);
      const id = isAgain ? given.slice(0, -AGAIN.length) : given;
      const contents = authenticate(id, open);
      const key = id.slice(0, KEY_CHARACTERS);
      // A request of an earlier release may be none any more.
      const { data: request } = generationRequestSchema.safeParse(contents.request);
      return {
        id,
        key,
        runId: toRunId(key),
        createdAt: contents.at,
        needsCredentials: contents.own === true,
        isAgain,
        request,
      };
    },
  };
}

/** The nonce, which no two ids share. */
const KEY_CHARACTERS = (NONCE_BYTES / 3) * 4;

function authenticate(id: string, open: (sealed: Buffer) => Contents): Contents {
  try {
    const sealed = Buffer.from(id, 'base64url');
    // Node skips what is no base64; only the one spelling names the record.
    if (sealed.length <= NONCE_BYTES + TAG_BYTES || sealed.toString('base64url') !== id) throw new Error('malformed');
    return open(sealed);
  } catch (error) {
    throw new AppError('not_found', 'not a job id of ours', { publicMessage: 'There is no such job.', cause: error });
  }
}
