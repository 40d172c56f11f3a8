import type { z } from 'zod';
import { SAMPLERS, SCHEDULERS } from '../../../shared/contract/samplers.ts';
import type { AppError } from '../../../shared/errors.ts';
import type { Dialect, Encoded, Outcome, Route } from '../dialect.ts';
import { LOOKUP_FAILURES } from '../failures.ts';
import { parseFields } from '../fields.ts';
import { DEFAULT_CHECKPOINT, toEngineName, toModels } from './models.ts';
import { pngInfo } from './png-info.ts';
import { encodeProgress } from './progress.ts';
import * as schema from './schema.ts';
import { txt2img } from './txt2img.ts';

function toFixedRoute(name: string, summary: string, answer: z.ZodType, list: (outcome: Outcome) => unknown): Route {
  return {
    method: 'get',
    path: `/sdapi/v1/${name}`,
    documentation: { summary, failures: LOOKUP_FAILURES, responses: { 200: { description: summary, schema: answer } } },
    decode: () => ({ do: 'describe' }),
    encode: (outcome) => ({ status: 200, body: list(outcome) }),
  };
}

const toOptions = ({ service }: Outcome) => ({
  sd_model_checkpoint: service.preferredEngine ?? DEFAULT_CHECKPOINT,
  samples_format: 'png',
});

const setOptions: Route = {
  method: 'post',
  path: '/sdapi/v1/options',
  documentation: {
    summary: 'Choose the engine for your later requests; other options have no effect',
    body: schema.optionsBody,
    bodyExample: { sd_model_checkpoint: DEFAULT_CHECKPOINT },
    failures: LOOKUP_FAILURES,
    responses: { 200: { description: 'Done.', schema: schema.empty } },
  },
  decode: ({ body }) => {
    const { sd_model_checkpoint: checkpoint } = schema.optionsBody.catch({}).parse(body);
    if (typeof checkpoint !== 'string') return { do: 'describe' };
    return { do: 'prefer', engine: toEngineName(checkpoint) };
  },
  encode: () => ({ status: 200, body: {} }),
};

const interrupt: Route = {
  method: 'post',
  path: '/sdapi/v1/interrupt',
  documentation: {
    summary: 'Cancel your own running job; nobody else’s',
    failures: LOOKUP_FAILURES,
    responses: { 200: { description: 'Done, or there was none.', schema: schema.empty } },
  },
  decode: () => ({ do: 'current', cancel: true }),
  encode: () => ({ status: 200, body: {} }),
};

const progress: Route = {
  method: 'get',
  path: '/sdapi/v1/progress',
  documentation: {
    summary: 'How far your own running job is',
    failures: LOOKUP_FAILURES,
    query: schema.progressQuery,
    responses: { 200: { description: 'Idle: 0 and no job.', schema: schema.progressAnswer } },
  },
  decode: ({ query }) => {
    const { skip_current_image } = parseFields(schema.progressQuery, query);
    return { do: 'current', cancel: false, withoutPreview: skip_current_image };
  },
  encode: encodeProgress,
};

const toSampler = (name: string) => ({ name, aliases: [name.toLowerCase()], options: {} });

const toScheduler = (label: string) => ({
  name: label.toLowerCase(),
  label,
  aliases: null,
  default_rho: -1,
  need_inner_model: false,
});

/** AUTOMATIC1111's API, so that Open WebUI, SillyTavern and LibreChat work unchanged. */
export const automatic1111: Dialect = {
  name: 'automatic1111',
  description: 'AUTOMATIC1111’s web UI, for Open WebUI, SillyTavern and LibreChat. The engines are the models.',
  prefixes: ['/sdapi'],
  routes: [
    txt2img,
    toFixedRoute('options', 'Options in force', schema.optionsAnswer, toOptions),
    setOptions,
    toFixedRoute('sd-models', 'The engines, as models', schema.sdModels, ({ service }) => toModels(service.engines)),
    toFixedRoute('samplers', 'Samplers', schema.samplers, () => SAMPLERS.map(toSampler)),
    toFixedRoute('schedulers', 'Noise schedules', schema.schedulers, () => SCHEDULERS.map(toScheduler)),
    toFixedRoute('upscalers', 'Upscalers: none', schema.emptyList, () => []),
    toFixedRoute('latent-upscale-modes', 'Latent upscale modes: none', schema.emptyList, () => []),
    toFixedRoute('sd-vae', 'VAEs: none to choose', schema.emptyList, () => []),
    progress,
    interrupt,
    pngInfo,
  ],
  errorSchema: schema.automatic1111Error,
  encodeError,
};

/** FastAPI's shape, which AUTOMATIC1111 shares: validation is 422 with a list, the rest has an `error`. */
function encodeError(error: AppError): Encoded {
  const { code, status, publicMessage: errors } = error;
  const { faults } = error.details;
  const common = { error: code, body: '', errors };
  if (code === 'unauthorized') {
    const detail = 'Incorrect username or password';
    return { status, headers: { 'WWW-Authenticate': 'Basic' }, body: { ...common, detail } };
  }
  if (code !== 'invalid_request' || faults === undefined) return { status, body: { ...common, detail: errors } };
  const detail = faults.map(({ field, message }) => ({ loc: ['body', field], msg: message, type: 'value_error' }));
  return { status: 422, body: { ...common, detail } };
}
