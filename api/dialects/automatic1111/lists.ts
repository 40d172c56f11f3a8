import { z } from 'zod';
import { SAMPLERS, SCHEDULERS } from '../../../shared/contract/samplers.ts';
import type { Outcome, Route } from '../dialect.ts';
import { LOOKUP_FAILURES } from '../failures.ts';
import { toModels } from './models.ts';
import { toOptions } from './options.ts';
import { empty, optionsAnswer } from './schema.ts';

/**
 * Lists that clients read at their start, and iterate without checking the status. So each list exists, and is empty
 * where there is nothing to choose.
 */

const sdModels = z.array(
  z.object({
    title: z.string(),
    model_name: z.string(),
    hash: z.string().nullable(),
    sha256: z.string().nullable(),
    filename: z.string(),
    config: z.string().nullable(),
  }),
);
const samplers = z.array(
  z.object({ name: z.string(), aliases: z.array(z.string()), options: z.record(z.string(), z.string()) }),
);
const schedulers = z.array(
  z.object({
    name: z.string(),
    label: z.string(),
    aliases: z.array(z.string()).nullable(),
    default_rho: z.number(),
    need_inner_model: z.boolean(),
  }),
);
const emptyList = z.array(z.record(z.string(), z.unknown()));

const upscalers = z.array(
  z.object({
    name: z.string(),
    model_name: z.null(),
    model_path: z.null(),
    model_url: z.null(),
    scale: z.number(),
  }),
);
const embeddings = z.object({ loaded: empty, skipped: empty });
const scripts = z.object({ txt2img: z.array(z.string()), img2img: z.array(z.string()) });
const memory = z.object({
  ram: z.object({ error: z.string() }),
  cuda: z.object({ error: z.string() }),
});

const toSampler = (name: string) => ({ name, aliases: [name.toLowerCase()], options: {} });

const toScheduler = (label: string) => ({
  name: label.toLowerCase(),
  label,
  aliases: null,
  default_rho: -1,
  need_inner_model: false,
});

/** AUTOMATIC1111's upscaler that changes nothing, as its web UI lists it. */
const NO_UPSCALER = { name: 'None', model_name: null, model_path: null, model_url: null, scale: 4 };

function toList(name: string, summary: string, schema: z.ZodType, list: (outcome: Outcome) => unknown): Route {
  return {
    method: 'get',
    path: `/sdapi/v1/${name}`,
    documentation: { summary, failures: LOOKUP_FAILURES, responses: { 200: { description: summary, schema } } },
    decode: () => ({ do: 'describe' }),
    encode: (outcome) => ({ status: 200, body: list(outcome) }),
  };
}

const toEmptyList = (name: string, what: string): Route => toList(name, `${what}: none`, emptyList, () => []);

export const lists: readonly Route[] = [
  toList('options', 'Options in force', optionsAnswer, toOptions),
  toList('sd-models', 'The engines, as models', sdModels, ({ service }) => toModels(service.engines())),
  toList('samplers', 'Samplers', samplers, () => SAMPLERS.map(toSampler)),
  toList('schedulers', 'Noise schedules', schedulers, () => SCHEDULERS.map(toScheduler)),
  toList('upscalers', 'Upscalers: only `None`', upscalers, () => [NO_UPSCALER]),
  toEmptyList('latent-upscale-modes', 'Latent upscale modes'),
  toEmptyList('sd-vae', 'VAEs to choose'),
  toEmptyList('prompt-styles', 'Styles'),
  toEmptyList('face-restorers', 'Face restorers'),
  toEmptyList('hypernetworks', 'Hypernetworks'),
  toEmptyList('loras', 'LoRAs'),
  toEmptyList('realesrgan-models', 'Real-ESRGAN models'),
  toEmptyList('extensions', 'Extensions'),
  toEmptyList('script-info', 'Scripts, in detail'),
  toList('scripts', 'Scripts: none', scripts, () => ({ txt2img: [], img2img: [] })),
  toList('embeddings', 'Embeddings: none', embeddings, () => ({ loaded: {}, skipped: {} })),
  toList('cmd-flags', 'Flags of the command line: none', empty, () => ({})),
  toList('memory', 'Memory: not reported', memory, () => ({
    ram: { error: 'not reported' },
    cuda: { error: 'not reported' },
  })),
];

/** Buttons of the web UI that have no effect here. */
const toNothing = (name: string, summary: string): Route => ({
  method: 'post',
  path: `/sdapi/v1/${name}`,
  documentation: {
    summary: `${summary}: nothing to do here`,
    failures: LOOKUP_FAILURES,
    responses: { 200: { description: 'Done.', schema: empty } },
  },
  decode: () => ({ do: 'describe' }),
  encode: () => ({ status: 200, body: {} }),
});

export const nothings: readonly Route[] = [
  toNothing('refresh-checkpoints', 'Read the models again'),
  toNothing('refresh-loras', 'Read the LoRAs again'),
  toNothing('refresh-vae', 'Read the VAEs again'),
  toNothing('refresh-embeddings', 'Read the embeddings again'),
  toNothing('unload-checkpoint', 'Take the model out of memory'),
  toNothing('reload-checkpoint', 'Load the model again'),
];
