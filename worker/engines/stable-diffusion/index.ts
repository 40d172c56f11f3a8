import { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import { toAbortError } from '../../../shared/wait.ts';
import { parseVendorOptions } from '../../upstream/vendor-options.ts';
import type { Engine, EngineContext, EngineOutput, EnginePlugin, EngineRequest, EngineServices } from '../engine.ts';
import { toJpegPreview, toPng } from './encode-picture.ts';
import { toLimits } from './limits.ts';
import { estimateBytes, measureFreeBytes } from './memory.ts';
import type { ModelDescription } from './model/model-description.ts';
import type { RgbPicture } from './pipeline/decode-picture.ts';
import { createRunner, type RunHooks } from './runner.ts';
import { readDevices, requireModel, requireRuntime, settings } from './settings.ts';

export interface StableDiffusionConfig {
  readonly model: ModelDescription;
  /** In order of preference. */
  readonly devices: readonly string[];
  readonly threads?: number | undefined;
  readonly idleUnloadMs: number;
  readonly services: Pick<EngineServices, 'clock' | 'log'>;
  /** Free memory in bytes. Missing: the system is asked. */
  readonly measureFree?: () => Promise<number>;
  /** For tests: a program that replaces the child. */
  readonly childPath?: string;
}

/** The engine has no options of its own. */
const optionsSchema = z.strictObject({});
const GB = 1024 ** 3;

/** Stable Diffusion on this machine: an ONNX export in a process of its own. */
export function createStableDiffusion(config: StableDiffusionConfig): Engine {
  const { model, devices, threads, idleUnloadMs, services, measureFree = measureFreeBytes, childPath } = config;
  const limits = toLimits(model);
  const { log } = services;
  const load = { directory: model.directory, devices, threads };
  const runner = createRunner({ load, idleUnloadMs, ...services, childPath });

  /** Checks the main memory only: a graphics card has its own memory, which we cannot measure. */
  async function requireMemory(request: EngineRequest): Promise<void> {
    if (!devices.every((device) => device === 'cpu')) return;
    const neededBytes = estimateBytes(model, request);
    const thereBytes = (await measureFree()) + (await runner.usedBytes());
    if (neededBytes > thereBytes) throw tooLarge(neededBytes, thereBytes, estimateBytes(model, smallest(limits)));
  }

  async function generate(request: EngineRequest, { signal, onProgress }: EngineContext): Promise<EngineOutput> {
    if (signal.aborted) throw toAbortError(signal);
    parseVendorOptions('stable-diffusion', optionsSchema, request.options);
    const previews: Promise<void>[] = [];
    let fraction = 0;

    async function sendPreview(picture: RgbPicture): Promise<void> {
      try {
        const base64 = (await toJpegPreview(picture)).toString('base64');
        onProgress({ stage: 'generate', fraction, preview: { mediaType: 'image/jpeg', base64 } });
      } catch (error) {
        log.warn({ err: error }, 'a preview could not be encoded');
      }
    }

    const hooks: RunHooks = {
      admit: () => requireMemory(request),
      onLoading: () => onProgress({ stage: 'generate', fraction: 0, engineStatus: 'loading the model' }),
      onStep: (done, engineStatus) => {
        fraction = done;
        onProgress({ stage: 'generate', fraction, engineStatus });
      },
      onPreview: (picture) => {
        previews.push(sendPreview(picture));
      },
    };
    const { pictures, warnings } = await runner.run(toJob(request, limits), hooks, signal);
    await Promise.all(previews);
    const files = await Promise.all(pictures.map(toPng));
    return { images: files.map((bytes, index) => ({ bytes, seed: toSeed(request, index) })), warnings };
  }

  return { name: 'stable-diffusion', limits, generate, stop: () => runner.stop() };
}

const SEEDS = 2 ** 32;
const toSeed = ({ seed }: EngineRequest, index: number): number => (seed + index) % SEEDS;

/** A fitted request has the defaults already. They are repeated for requests that were not fitted. */
function toJob(request: EngineRequest, { steps, guidanceScale }: Engine['limits']) {
  const { prompt, negativePrompt, seed, count, width, height, sampler, scheduler, previews } = request;
  return {
    ...{ prompt, negativePrompt, seed, count, width, height, sampler, scheduler, previews },
    steps: request.steps ?? steps?.default ?? 1,
    guidanceScale: request.guidanceScale ?? guidanceScale?.default ?? 1,
  };
}

function smallest({ sizes }: Engine['limits']) {
  if ('multipleOf' in sizes) return { width: sizes.min, height: sizes.min };
  return sizes[0] ?? { width: 0, height: 0 };
}

function tooLarge(neededBytes: number, thereBytes: number, minBytes: number): AppError {
  const gigabytes = (bytes: number): string => (bytes / GB).toFixed(1);
  const message = `about ${gigabytes(neededBytes)} GB of memory are needed, ${gigabytes(thereBytes)} GB are free`;
  const advice = minBytes <= thereBytes ? ' Ask for a smaller one.' : '';
  return new AppError('engine_failed', message, {
    publicMessage: `There is not enough memory here for a picture of this size: ${message}.${advice}`,
  });
}

export const stableDiffusion: EnginePlugin<typeof settings> = {
  name: 'stable-diffusion',
  settings,
  create(values, services) {
    const devices = readDevices(values.SD_DEVICES);
    const model = requireModel(values.SD_MODEL_DIR);
    requireRuntime();
    return createStableDiffusion({
      model,
      devices,
      threads: values.SD_THREADS,
      idleUnloadMs: values.SD_IDLE_UNLOAD_MS,
      services,
    });
  },
};
