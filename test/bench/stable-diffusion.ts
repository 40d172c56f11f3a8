import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createLog } from '../../shared/service/log.ts';
import { systemClock } from '../../shared/wait.ts';
import type { EngineRequest } from '../../worker/engines/engine.ts';
import { createStableDiffusion } from '../../worker/engines/stable-diffusion/index.ts';
import { readModelDirectory } from '../../worker/engines/stable-diffusion/model/model-directory.ts';
import { requireRuntime } from '../../worker/engines/stable-diffusion/settings.ts';
import { startServices } from '../e2e/services.ts';
import { type FixtureScale, writeModelSet } from '../fixtures/onnx/model-set.ts';
import { removeDirectory } from '../support/remove-directory.ts';
import { type Figure, median, quantile, type Section } from './report.ts';

/** Time that the engine adds to the runtime's calls. `--full` uses a UNet of Stable Diffusion 1.5's size (4 GB). */

const SIDE = 512;
const ROUNDS = 5;
const REQUEST: EngineRequest = {
  prompt: 'a lighthouse at dusk',
  negativePrompt: 'blurred',
  seed: 1,
  count: 1,
  width: SIDE,
  height: SIDE,
  shape: 'square',
  guidanceScale: 7.5,
  sampler: 'ddim',
  previews: 0,
};

interface Notes {
  readonly milliseconds: number;
  readonly peakMb: number;
}

interface BareRuns extends Notes {
  readonly loadMs: number;
}

interface Cost extends Notes {
  /** 0 to 1. */
  readonly shareOutside: number;
  readonly outsideMs: number;
  readonly loadMs: number;
}

async function measureEngine(directory: string, steps: number, rounds: number): Promise<Cost> {
  const notesDirectory = await mkdtemp(join(tmpdir(), 'easel-bench-'));
  const notesFile = join(notesDirectory, 'notes.json');
  process.env.BENCH_NOTES = notesFile;
  const engine = createStableDiffusion({
    model: readModelDirectory(directory),
    devices: ['cpu'],
    idleUnloadMs: 0,
    services: { clock: systemClock, log: createLog({ service: 'bench', level: 'silent' }) },
    childPath: join(import.meta.dirname, 'timed-child.ts'),
  });
  const readNotes = async (): Promise<Notes> => JSON.parse(await readFile(notesFile, 'utf8'));
  const paint = async (): Promise<number> => {
    const startedAt = performance.now();
    await engine.generate({ ...REQUEST, steps }, { signal: new AbortController().signal, onProgress: () => undefined });
    return performance.now() - startedAt;
  };
  try {
    const firstMs = await paint();
    let before = await readNotes();
    const loadMs = firstMs - before.milliseconds;
    const shares: number[] = [];
    const outside: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const wallMs = await paint();
      const now = await readNotes();
      outside.push(wallMs - (now.milliseconds - before.milliseconds));
      shares.push((outside.at(-1) ?? 0) / wallMs);
      before = now;
    }
    return { ...before, loadMs, shareOutside: median(shares), outsideMs: median(outside) };
  } finally {
    await engine.stop?.();
    await removeDirectory(notesDirectory);
  }
}

async function measureBareRuns(directory: string, steps: number): Promise<BareRuns> {
  const script = join(import.meta.dirname, 'bare-runs.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, directory, String(SIDE), String(steps)]);
  return JSON.parse(stdout);
}

async function measureCost(scale: FixtureScale, steps: number, rounds: number): Promise<Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'easel-bench-sd-'));
  try {
    await writeModelSet(directory, { scale, external: scale === 'full' });
    const bare = await measureBareRuns(directory, steps);
    const mine = await measureEngine(directory, steps, rounds);
    const name = `${scale} UNet, ${SIDE}x${SIDE}, ${steps} steps`;
    return [
      {
        what: `${name}: time outside session.run`,
        value: mine.shareOutside * 100,
        unit: '%',
        aim: scale === 'full' ? 'under 1 %' : 'under 5 %',
      },
      { what: `${name}: the same in milliseconds per picture`, value: mine.outsideMs, unit: 'ms' },
      {
        what: `${name}: peak memory`,
        value: mine.peakMb,
        unit: 'MB',
        reference: { what: 'a bare script with the same session.run calls', value: bare.peakMb },
        aim: 'at most 1.1',
      },
      {
        what: `${name}: start and load`,
        value: mine.loadMs,
        unit: 'ms',
        reference: { what: 'loading alone', value: bare.loadMs },
      },
    ];
  } finally {
    await removeDirectory(directory);
  }
}

const LATENCIES = 200;

async function latencies(url: string, isWanted: () => boolean = () => true): Promise<number[]> {
  const all: number[] = [];
  while (all.length < LATENCIES && isWanted()) {
    const startedAt = performance.now();
    await (await fetch(url)).arrayBuffer();
    all.push(performance.now() - startedAt);
  }
  return all;
}

/** Latency of both services while the model computes on every core, compared with the same services at rest. */
async function measureLatency(): Promise<Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'easel-bench-sd-'));
  await writeModelSet(directory, { scale: 'tiny' });
  const workerEnv = { ENGINES: 'stable-diffusion', SD_MODEL_DIR: directory };
  const services = await startServices({ workerEnv });
  const leaving = new AbortController();
  try {
    const figures: Figure[] = [];
    const targets = { gateway: `${services.url}/health`, worker: `${services.workerUrl}/health` };
    const rest: Record<string, number[]> = {};
    for (const [name, url] of Object.entries(targets)) rest[name] = await latencies(url);
    const request = fetch(`${services.url}/generate`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ prompt: 'x', num_inference_steps: 150, seed: 1 }),
      signal: leaving.signal,
    });
    const painting = Promise.allSettled([request]);
    for (const [name, url] of Object.entries(targets)) {
      const busy = await latencies(url);
      const quiet = rest[name] ?? [];
      for (const [q, word] of [
        [0.5, 'median'],
        [0.99, 'p99'],
      ] as const) {
        const reference = { what: 'at rest', value: quantile(quiet, q) };
        figures.push({
          what: `${name} /health while a step runs, ${word}`,
          value: quantile(busy, q),
          unit: 'ms',
          reference,
        });
      }
    }
    leaving.abort();
    const [{ status }] = await painting;
    if (status === 'fulfilled') throw new Error('the picture was made before the measurement was over');
    return figures;
  } finally {
    await services.stop();
    await removeDirectory(directory);
  }
}

export const stableDiffusion: Section = {
  name: 'stable-diffusion',
  title: "Stable Diffusion: beside the runtime's own calls; the services while it computes",
  async measure() {
    requireRuntime();
    const isFull = process.argv.includes('--full');
    return [
      ...(await measureCost('tiny', 20, ROUNDS)),
      ...(isFull ? await measureCost('full', 4, 1) : []),
      ...(await measureLatency()),
    ];
  },
};
