import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { unlessMissing, writeFileAtomically } from '../../shared/files/write-file-atomically.ts';
import type { Logger } from '../../shared/service/log.ts';

/** Names of engines, which clients list and remember long before the first picture of a gateway's life. */
export interface EngineList {
  /** As last heard, in this life or the one before. */
  names(): readonly string[];
  /** Asks for them, for a second at most, where none is known. */
  learn(): Promise<void>;
  /** Resolves once what is known is on disk, or cannot be. */
  keep(): Promise<void>;
}

interface EngineListOptions {
  /** Of the file that outlives the gateway. */
  readonly path: string;
  /** What the workers told of in this life. */
  readonly heard: () => readonly string[];
  /** Asks workers that have not answered yet. */
  readonly ask: () => Promise<unknown>;
  readonly log: Logger;
}

const storedSchema = z.object({ version: z.literal(1), names: z.array(z.string().max(100)).max(100) });

export async function createEngineList({ path, heard, ask, log }: EngineListOptions): Promise<EngineList> {
  let remembered = await readNames(path, log);
  let writing = Promise.resolve();

  function names(): readonly string[] {
    const now = heard();
    if (now.length === 0 || now.join() === remembered.join()) return remembered;
    remembered = now;
    writing = writeFileAtomically(path, JSON.stringify({ version: 1, names: now })).catch((error: unknown) => {
      log.warn({ err: error }, 'the list of engines could not be kept');
    });
    return now;
  }

  return {
    names,
    learn: async () => {
      if (names().length === 0) await ask();
    },
    keep: () => {
      names();
      return writing;
    },
  };
}

/** A file that cannot be read is ignored: the workers name their engines again. */
async function readNames(path: string, log: Logger): Promise<readonly string[]> {
  try {
    const text = await unlessMissing(readFile(path, 'utf8'));
    return text === undefined ? [] : storedSchema.parse(JSON.parse(text)).names;
  } catch (error) {
    log.warn({ err: error }, 'the kept list of engines cannot be read');
    return [];
  }
}
