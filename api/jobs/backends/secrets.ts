import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A secret that is not configured: made once, and kept in a file that only its owner may read. */
export function loadSecret(dataDirectory: string, name: string, prefix: string): string {
  const path = join(dataDirectory, name);
  mkdirSync(dataDirectory, { recursive: true });
  try {
    writeFileSync(path, `${prefix}${randomBytes(32).toString('base64')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!isExisting(error)) throw error;
  }
  return readFileSync(path, 'utf8').trim();
}

const isExisting = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST';
