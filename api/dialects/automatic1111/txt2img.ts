import { type GenerationResult, MAX_COUNT } from '../../../shared/contract/generation.ts';
import { AppError, invalidRequest } from '../../../shared/errors.ts';
import { readInfotext, toInfotext } from '../../../shared/picture/infotext.ts';
import type { Job } from '../../jobs/job.ts';
import type { Command, DialectInput, Encoded, Outcome, OutcomePicture, Route } from '../dialect.ts';
import { parseForeign, shrinkSides } from '../foreign-fields.ts';
import { toSeed } from '../native.ts';
import { readIgnored } from './ignored-fields.ts';
import { toEngineName } from './models.ts';
import { readPictureText } from './picture-text/read-picture-text.ts';
import { txt2imgAnswer, txt2imgBody } from './schema.ts';

export const txt2img: Route = {
  method: 'post',
  path: '/sdapi/v1/txt2img',
  isCounted: true,
  documentation: {
    summary: 'Make pictures, AUTOMATIC1111’s way',
    description: 'The connection is held until the end, because this dialect has no other way to answer.',
    body: txt2imgBody,
    bodyExample: { prompt: 'a red fox', negative_prompt: 'blurry', width: 512, height: 512 },
    responses: { 200: { description: 'Real pictures of this request.', schema: txt2imgAnswer } },
  },
  decode,
  encode,
};

function decode(input: DialectInput): Command {
  const { fields: body, warnings } = parseForeign(txt2imgBody, input.body);
  const count = body.batch_size * body.n_iter;
  if (count > MAX_COUNT) {
    const message = `\`batch_size\` times \`n_iter\` must be at most ${MAX_COUNT}, not ${count}.`;
    throw invalidRequest([{ field: 'batch_size', message }]);
  }
  const size = shrinkSides(body);
  const checkpoint = body.override_settings?.sd_model_checkpoint ?? undefined;
  return {
    do: 'generate',
    answer: 'hold',
    bytes: true,
    usesPreference: true,
    warnings: [...warnings, ...size.warnings, ...readIgnored(body)],
    draft: {
      prompt: body.prompt,
      negativePrompt: body.negative_prompt,
      ...toSeed(body.seed),
      steps: body.steps,
      guidanceScale: body.cfg_scale,
      ...size.fields,
      count,
      sampler: body.sampler_name ?? body.sampler_index,
      scheduler: body.scheduler,
      engine: body.engine,
      preferredEngine: checkpoint === undefined ? undefined : toEngineName(checkpoint),
      strict: false,
      safe: false,
      format: 'png',
      deliver: 'bytes',
      // `/progress` shows them, if the engine makes any.
      previews: 3,
    },
  };
}

const RESTART_SECONDS = 5;

function encode({ job, pictures }: Outcome): Encoded {
  if (job?.result === undefined) throw stopping();
  return {
    status: 200,
    body: {
      images: pictures.map(({ base64 }) => base64),
      parameters: toParameters(job),
      info: JSON.stringify(toInfo(job, job.result, toInfotexts(job, job.result, pictures))),
    },
  };
}

/** A held job comes back unfinished only if the gateway stops. */
function stopping(): AppError {
  return new AppError('worker_unavailable', 'the gateway stopped before the picture was made', {
    publicMessage: 'The service is being started again. Ask for the picture once more.',
    retryAfterSeconds: RESTART_SECONDS,
  });
}

function toParameters({ request }: Job) {
  return {
    prompt: request.prompt,
    negative_prompt: request.negativePrompt ?? '',
    seed: request.seed,
    steps: request.steps ?? null,
    cfg_scale: request.guidanceScale ?? null,
    width: request.width,
    height: request.height,
    batch_size: request.count,
    n_iter: 1,
    sampler_name: request.sampler ?? null,
    scheduler: request.scheduler ?? null,
  };
}

/** Read from the file itself, so that answer and file agree. If a file has no such text, it is made from the result. */
function toInfotexts({ request }: Job, result: GenerationResult, pictures: readonly OutcomePicture[]): string[] {
  const { prompt, negativePrompt } = request;
  return result.pictures.map((picture, index) => {
    const head = pictures[index]?.head;
    const isWhole = head !== undefined && request.metadata === undefined;
    const own = !isWhole ? undefined : readPictureText(head)?.info;
    return own || toInfotext({ prompt, negativePrompt, ...result, ...picture });
  });
}

/**
 * Every key of AUTOMATIC1111's own answer (modules/processing.py), because clients read them by name. The values are
 * those really used, and empty or 0 where the engine has no such thing.
 */
function toInfo(job: Job, result: GenerationResult, infotexts: readonly string[]) {
  const { request } = job;
  const [first] = result.pictures;
  const each = <T>(value: T): T[] => result.pictures.map(() => value);
  const negativePrompt = request.negativePrompt ?? '';
  const { 'Schedule type': scheduler } = readInfotext(infotexts[0] ?? '');
  return {
    prompt: request.prompt,
    all_prompts: each(request.prompt),
    negative_prompt: negativePrompt,
    all_negative_prompts: each(negativePrompt),
    seed: first?.seed,
    all_seeds: result.pictures.map(({ seed }) => seed),
    subseed: first?.seed,
    all_subseeds: result.pictures.map(({ seed }) => seed),
    subseed_strength: 0,
    width: first?.width,
    height: first?.height,
    sampler_name: result.sampler ?? '',
    cfg_scale: result.guidanceScale ?? 0,
    steps: result.steps ?? 0,
    batch_size: request.count,
    restore_faces: false,
    face_restoration_model: null,
    sd_model_name: result.engine,
    sd_model_hash: '',
    sd_vae_name: null,
    sd_vae_hash: null,
    seed_resize_from_w: -1,
    seed_resize_from_h: -1,
    denoising_strength: 0,
    extra_generation_params: scheduler === undefined ? {} : { 'Schedule type': scheduler },
    index_of_first_image: 0,
    infotexts,
    styles: [],
    job_timestamp: toTimestamp(job.createdAt),
    clip_skip: 1,
    is_using_inpainting_conditioning: false,
    warnings: [...result.warnings, ...job.notes],
  };
}

/** `20261121020144`, as Python's `%Y%m%d%H%M%S`. */
export const toTimestamp = (epochMs: number): string => new Date(epochMs).toISOString().replace(/\D/g, '').slice(0, 14);
