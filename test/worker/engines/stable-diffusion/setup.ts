import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createLog, type Logger } from '../../../../shared/service/log.ts';
import { type Clock, systemClock } from '../../../../shared/wait.ts';
import type { Engine, EngineOutput, EngineRequest } from '../../../../worker/engines/engine.ts';
import {
  createStableDiffusion,
  type StableDiffusionConfig,
} from '../../../../worker/engines/stable-diffusion/index.ts';
import { readModelDirectory } from '../../../../worker/engines/stable-diffusion/model/model-directory.ts';
import { type ModelSetOptions, writeModelSet } from '../../../fixtures/onnx/model-set.ts';
import { childrenOf, commandOf } from '../../../support/proc.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';

export interface TinyEngine {
  readonly engine: Engine;
  /** Folder of the model set, which `close` removes. */
  readonly directory: string;
  /** Every line of the log. */
  readonly lines: readonly string[];
  paint(changes?: Partial<EngineRequest>, signal?: AbortSignal): Promise<EngineOutput>;
  close(): Promise<void>;
}

interface TinyEngineOptions {
  readonly set?: ModelSetOptions;
  readonly config?: Partial<Omit<StableDiffusionConfig, 'model' | 'services'>>;
  readonly clock?: Clock;
  readonly log?: Logger;
}

export const NEVER = new AbortController().signal;

/** The engine on a tiny model set with random weights. By default pictures are 64x64. */
export async function createTinyEngine(options: TinyEngineOptions = {}): Promise<TinyEngine> {
  const { set, config, clock = systemClock } = options;
  const directory = await writeTinySet(set);
  const lines: string[] = [];
  const log =
    options.log ??
    createLog({ service: 'test', level: 'trace', destination: { write: (line) => void lines.push(line) } });
  const engine = createStableDiffusion({
    model: readModelDirectory(directory),
    devices: ['cpu'],
    idleUnloadMs: 0,
    ...config,
    services: { clock, log },
  });
  return {
    engine,
    directory,
    lines,
    paint: (changes, signal = NEVER) => engine.generate(requestFor(changes), { signal, onProgress: () => undefined }),
    close: async () => {
      await engine.stop?.();
      await removeDirectory(directory);
    },
  };
}

/** In a new directory. */
export async function writeTinySet(options: ModelSetOptions = {}): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'easel-sd-'));
  await writeModelSet(directory, options);
  return directory;
}

export function requestFor(changes: Partial<EngineRequest> = {}): EngineRequest {
  return {
    prompt: 'a fox in the snow',
    negativePrompt: 'blurred',
    seed: 1234,
    count: 1,
    width: 64,
    height: 64,
    shape: 'square',
    steps: 3,
    guidanceScale: 7.5,
    previews: 0,
    ...changes,
  };
}

/** The engine's processes among the children of this process. */
export const findChildren = async (): Promise<number[]> =>
  childrenOf(process.pid).filter((pid) => /stable-diffusion|fake-child/.test(commandOf(pid)));

/** Resolves when none of them is left. */
export async function waitForEnd(pid: number): Promise<void> {
  await promisify(execFile)('tail', [`--pid=${pid}`, '-f', '/dev/null', '--sleep-interval=0.02'], { timeout: 10_000 });
}
