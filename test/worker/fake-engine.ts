import sharp from 'sharp';
import { AppError, type AppErrorDetails, type ErrorCode } from '../../shared/errors.ts';
import { toAbortError } from '../../shared/wait.ts';
import type {
  Engine,
  EngineContext,
  EngineImage,
  EngineLimits,
  EngineOutput,
  EngineRequest,
} from '../../worker/engines/engine.ts';

export interface FakeEngine extends Engine {
  readonly calls: readonly EngineRequest[];
}

type Generate = (request: EngineRequest, context: EngineContext) => Promise<EngineOutput>;

export const LIMITS: EngineLimits = {
  sizes: { multipleOf: 8, min: 16, max: 256 },
  shapes: {
    square: { width: 64, height: 64 },
    portrait: { width: 48, height: 64 },
    landscape: { width: 64, height: 48 },
  },
  maxCount: 1,
  seed: true,
  negativePrompt: true,
  guidanceScale: { min: 1, max: 20, step: 1, default: 7 },
  steps: { min: 1, max: 50, step: 1, default: 20 },
};

/** An engine with scripted answers that records its requests. */
export function createFakeEngine(
  name: string,
  generate: Generate = paintAll,
  limits: Partial<EngineLimits> = {},
): FakeEngine {
  const calls: EngineRequest[] = [];
  return {
    name,
    limits: { ...LIMITS, ...limits },
    calls,
    generate: (request, context) => {
      calls.push(request);
      return generate(request, context);
    },
  };
}

/** A plain picture whose colour is its seed, by which a test recognises it. */
export async function paintOne(
  seed: number,
  { width, height }: Pick<EngineRequest, 'width' | 'height'>,
): Promise<EngineImage> {
  const background = { r: seed % 256, g: (seed >>> 8) % 256, b: 200 };
  const bytes = await sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
  return { bytes, seed };
}

export async function paintAll(request: EngineRequest): Promise<EngineOutput> {
  const seeds = Array.from({ length: request.count }, (_, index) => request.seed + index);
  return { images: await Promise.all(seeds.map((seed) => paintOne(seed, request))), warnings: [] };
}

export const failing =
  (code: ErrorCode, details: AppErrorDetails = {}): Generate =>
  async () => {
    throw new AppError(code, `pretends ${code}`, details);
  };

/** Never ends by itself. */
export const hanging: Generate = (_request, { signal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(toAbortError(signal)), { once: true });
  });

export interface Gate {
  readonly generate: Generate;
  /** Lets every call end, now and later. */
  open(): void;
}

/** Calls wait until the test lets them end. */
export function createGate(): Gate {
  const gate = Promise.withResolvers<void>();
  return {
    generate: async (request, { signal }) => {
      const aborted = new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(toAbortError(signal)), { once: true });
      });
      await Promise.race([gate.promise, aborted]);
      return paintAll(request);
    },
    open: () => gate.resolve(),
  };
}
