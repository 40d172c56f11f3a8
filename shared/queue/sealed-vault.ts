import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Blobs, blobKeys } from './backend.ts';

/**
 * Carries callers' own tokens from a gateway to a worker. They are sealed with AES-256-GCM under a key derived from
 * WORKER_TOKEN, which the queue's backend does not know. They are removed when the run ends, and expire after a day.
 */

export type Credentials = Readonly<Record<string, string>>;

/** Callers' own tokens while their runs are open. They are never stored or sent unencrypted. */
export interface Vault {
  put(runId: string, credentials: Credentials): Promise<void>;
  get(runId: string): Promise<Credentials | undefined>;
  drop(runId: string): Promise<void>;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const LIFE_SECONDS = 86_400;

/** `workerTokens`: the first one seals, each one opens. */
export function createSealedVault(blobs: Blobs, workerTokens: readonly string[]): Vault {
  const [first, ...older] = workerTokens.map(createSealer);
  if (first === undefined) throw new Error('at least one token is needed');

  return {
    put: (runId, credentials) => blobs.put(blobKeys.credentials(runId), first.seal(runId, credentials), LIFE_SECONDS),
    get: async (runId) => {
      const sealed = await blobs.get(blobKeys.credentials(runId));
      if (sealed === undefined) return undefined;
      const opened = [first, ...older].map(({ open }) => open(runId, sealed)).find((found) => found !== undefined);
      if (opened === undefined) throw new Error('a caller’s token was sealed with another WORKER_TOKEN');
      return opened;
    },
    drop: (runId) => blobs.drop(blobKeys.credentials(runId)),
  };
}

const credentialsSchema = z.record(z.string(), z.string());

function createSealer(workerToken: string) {
  const key = Buffer.from(hkdfSync('sha256', workerToken, '', 'easel credentials', 32));
  return {
    seal: (runId: string, credentials: Credentials): Buffer => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(runId));
      return Buffer.concat([nonce, cipher.update(JSON.stringify(credentials)), cipher.final(), cipher.getAuthTag()]);
    },
    /** Undefined if it was sealed with another token or for another run. */
    open: (runId: string, sealed: Buffer): Credentials | undefined => {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(runId));
      try {
        decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
        const text = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
        return credentialsSchema.parse(JSON.parse(text.toString('utf8')));
      } catch {
        return undefined;
      }
    },
  };
}
