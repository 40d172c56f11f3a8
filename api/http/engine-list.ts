import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { unlessMissing, writeFileAtomically } from '../../shared/files/write-file-atomically.ts';
import type { Logger } from '../../shared/service/log.ts';

/** Names of engines. Clients ask for them before a gateway that has just started has heard of any worker. */
export interface EngineList {
  /** As last heard, by this process or by an earlier one. */
  names(): readonly string[];
  /** If none is known, asks the workers for at most a second. */
  learn(): Promise<void>;
  /** Writes the known names to the disk. A failure is only logged. */
  keep(): Promise<void>;
}

interface EngineListOptions {
  /** Path of the file with the names. */
  readonly path: string;
  /** Names that workers have reported to this process. */
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
      log.warn({ err: error }, 'the list of engines could not be written');
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

/** A file that cannot be read is ignored, because the workers report their engines again. */
async function readNames(path: string, log: Logger): Promise<readonly string[]> {
  try {
    const text = await unlessMissing(readFile(path, 'utf8'));
    return text === undefined ? [] : storedSchema.parse(JSON.parse(text)).names;
  } catch (error) {
    log.warn({ err: error }, 'the file with the list of engines cannot be read');
    return [];
  }
}
