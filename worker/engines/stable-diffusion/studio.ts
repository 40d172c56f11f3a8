import { AppError } from '../../../shared/errors.ts';
import { readTokenizer } from './model/directory-files.ts';
import type { ModelDescription } from './model/model-description.ts';
import { readModelDirectory } from './model/model-directory.ts';
import { isOutOfMemory, type LoadedModel, outOfMemory } from './onnx-runtime.ts';
import { type PaintHooks, type Painting, type PaintJob, type PipelineParts, paint } from './pipeline/pipeline.ts';
import type { Model } from './pipeline/tensors.ts';

/** Loads one model file for a device. Throws whatever the runtime throws. */
export type LoadModel = (file: ModelDescription['files'][number], device: string) => Promise<LoadedModel>;

export interface StudioOptions {
  readonly directory: string;
  /** In order of preference. */
  readonly devices: readonly string[];
  readonly load: LoadModel;
}

/** A model directory that is loaded on a device. */
export interface Studio {
  readonly device: string;
  /** Why earlier devices were abandoned. */
  readonly notes: readonly string[];
  paint(job: PaintJob, hooks: PaintHooks): Promise<Painting>;
}

/**
 * Opens a model directory on the first device that can load it. onnxruntime does not fall back by itself. If a device
 * fails later or answers NaN, it is abandoned too, and the picture is started again on the next device.
 */
export async function openStudio({ directory, devices, load }: StudioOptions): Promise<Studio> {
  const model = readModelDirectory(directory);
  const notes: string[] = [];
  const remaining = [...devices];
  let current = await openNext();

  async function openNext(): Promise<Bench> {
    for (;;) {
      const device = remaining.shift();
      if (device === undefined) throw noDevice(notes);
      try {
        return await openBench(model, device, load);
      } catch (error) {
        notes.push(`${device}: ${toReason(error)}`);
      }
    }
  }

  return {
    get device() {
      return current.device;
    },
    notes,
    async paint(job, hooks) {
      const warnings: string[] = [];
      for (;;) {
        try {
          const painting = await paint(current.parts, job, hooks);
          return { ...painting, warnings: [...painting.warnings, ...warnings] };
        } catch (error) {
          if (error instanceof AppError) throw error;
          const failed = current;
          if (remaining.length === 0) throw toFailure(failed.device, error);
          notes.push(`${failed.device}: ${toReason(error)}`);
          await failed.release();
          current = await openNext();
          warnings.push(`The device ${failed.device} failed at this picture; ${current.device} made it instead.`);
        }
      }
    },
  };
}

interface Bench {
  readonly device: string;
  readonly parts: PipelineParts;
  release(): Promise<void>;
}

async function openBench(model: ModelDescription, device: string, load: LoadModel): Promise<Bench> {
  const loaded = new Map<string, LoadedModel>();
  const release = async (): Promise<void> => {
    for (const one of loaded.values()) await one.release();
  };
  try {
    for (const file of model.files) loaded.set(file.name, await load(file, device));
    return { device, parts: toParts(model, loaded), release };
  } catch (error) {
    await release();
    throw error;
  }
}

function toParts(model: ModelDescription, loaded: ReadonlyMap<string, Model>): PipelineParts {
  const get = (name: string): Model => {
    const found = loaded.get(name);
    if (found === undefined) throw new AppError('internal', `the model ${name} was not loaded`);
    return found;
  };
  const { unet, decoder } = model;
  return {
    ...model,
    textEncoders: model.textEncoders.map((encoder) => ({
      ...encoder,
      model: get(encoder.name),
      tokenizer: readTokenizer(model.directory, encoder.tokenizer),
    })),
    unet: get('unet'),
    decoder: get('vae_decoder'),
    scaling: decoder.scaling,
    latentChannels: decoder.latentChannels,
    pixelsPerLatent: decoder.pixelsPerLatent,
    guidanceWidth: unet.guidanceWidth,
  };
}

const toReason = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 500);

function noDevice(notes: readonly string[]): AppError {
  return new AppError('engine_failed', `no device can load the model: ${notes.join('; ')}`, {
    publicMessage: 'The Stable Diffusion model of this service cannot be loaded.',
  });
}

function toFailure(device: string, error: unknown): AppError {
  const message = `${device}: ${toReason(error)}`;
  if (isOutOfMemory(error)) return outOfMemory(message);
  return new AppError('engine_failed', message, {
    publicMessage: 'The Stable Diffusion model of this service failed at this picture.',
    cause: error,
  });
}
