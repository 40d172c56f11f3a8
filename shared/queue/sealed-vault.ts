import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { type Blobs, blobKeys } from './backend.ts';

/**
 * Callers' own tokens on their way from a gateway to a worker: sealed with AES-256-GCM under a key derived from
 * WORKER_TOKEN, which the queue's backend does not know, and gone when the run ends or after a day.
 */

export type Credentials = Readonly<Record<string, string>>;

export interface SealedVault {
  put(runId: string, credentials: Credentials): Promise<void>;
  get(runId: string): Promise<Credentials | undefined>;
  drop(runId: string): Promise<void>;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const LIFE_SECONDS = 86_400;

export function createSealedVault(blobs: Blobs, workerToken: string): SealedVault {
  const key = Buffer.from(hkdfSync('sha256', workerToken, '', 'easel credentials', 32));

  function seal(runId: string, credentials: Credentials): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(runId));
    return Buffer.concat([nonce, cipher.update(JSON.stringify(credentials)), cipher.final(), cipher.getAuthTag()]);
  }

  function open(runId: string, sealed: Buffer): Credentials {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(runId));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const text = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    return JSON.parse(text.toString('utf8')) as Credentials;
  }

  return {
    put: (runId, credentials) => blobs.put(blobKeys.credentials(runId), seal(runId, credentials), LIFE_SECONDS),
    get: async (runId) => {
      const sealed = await blobs.get(blobKeys.credentials(runId));
      return sealed === undefined ? undefined : open(runId, sealed);
    },
    drop: (runId) => blobs.drop(blobKeys.credentials(runId)),
  };
}
