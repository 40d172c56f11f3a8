import { AppError } from '../../../shared/errors.ts';
import type { EngineRequest } from '../engine.ts';
import { presetOf } from './models.ts';
import type { PiclumenOptions } from './schema.ts';

/** The body of `POST /api/gen/create`, field by field as the web app sends it. */
export function toCreateBody(request: EngineRequest, options: PiclumenOptions, configuredModelId: string) {
  const modelId = options.model_id ?? configuredModelId;
  const [preset, configured] = [presetOf(modelId), presetOf(configuredModelId)];
  /** Defaults of the configured model are not sent for another model that the caller asked for. */
  const unlessDefault = (value: number | undefined, filledIn: number, own: number): number =>
    value === undefined || value === filledIn ? own : value;
  return {
    prompt: request.prompt,
    negative_prompt: request.negativePrompt,
    highPixels: options.highPixels ?? false,
    model_id: modelId,
    resolution: toResolution(request, options),
    model_ability: options.model_ability ?? {},
    seed: options.seed ?? request.seed,
    steps: options.steps ?? unlessDefault(request.steps, configured.steps, preset.steps),
    cfg: options.cfg ?? unlessDefault(request.guidanceScale, configured.cfg, preset.cfg),
    sampler_name: pick(options.sampler_name, request.sampler, preset.sampler),
    scheduler: pick(options.scheduler, request.scheduler, preset.scheduler),
    ponyTags: options.ponyTags ?? {},
    denoise: options.denoise ?? preset.denoise,
    hires_fix_denoise: options.hires_fix_denoise ?? 0.5,
    hires_scale: options.hires_scale ?? 2,
    multi_img2img_info: options.multi_img2img_info ?? { style_list: [] },
    img_control_info: options.img_control_info ?? { style_list: [] },
    continueCreate: options.continueCreate ?? false,
  };
}

/** Null means that this model takes no sampler. */
const pick = (given: string | null | undefined, canonical: string | undefined, preset: string | null): string | null =>
  given !== undefined ? given : (canonical ?? preset);

function toResolution(request: EngineRequest, { resolution = {} }: PiclumenOptions) {
  const { width = request.width, height = request.height, batch_size = request.count } = resolution;
  if (batch_size === request.count) return { width, height, batch_size };
  throw new AppError('invalid_request', 'piclumen: resolution.batch_size differs from the number of pictures', {
    field: 'resolution.batch_size',
    publicMessage: `resolution.batch_size: ${batch_size} differs from the ${request.count} pictures asked for.`,
  });
}
