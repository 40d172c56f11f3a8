import { isRecord } from '../fields.ts';
import {
  type IgnoredFields,
  isAbove,
  isFilled,
  isOn,
  isOtherThan,
  toSentence,
  warnOfIgnored,
} from '../ignored-fields.ts';
import { noEngineTakesPictures } from '../sources.ts';

/** Fields of `StableDiffusionProcessingTxt2Img` (modules/processing.py) that no engine here can honour. */
const FIELDS: IgnoredFields = {
  styles: isFilled,
  restore_faces: isOn,
  tiling: isOn,
  // `hr_*` and `denoising_strength` only say how to do it, so they mean nothing alone.
  enable_hr: isOn,
  refiner_checkpoint: isFilled,
  script_name: isFilled,
  subseed_strength: isAbove(0),
  seed_resize_from_h: isAbove(0),
  seed_resize_from_w: isAbove(0),
  eta: isAbove(0),
  s_churn: isAbove(0),
  s_noise: isOtherThan(1, 0),
  s_min_uncond: isAbove(0),
  clip_skip: isAbove(1),
  infotext: isFilled,
  save_images: isOn,
  send_images: (value) => value === false,
};

const SETTINGS: IgnoredFields = {
  CLIP_stop_at_last_layers: isAbove(1),
  sd_vae: isOtherThan('None', 'Automatic'),
  samples_format: isOtherThan('png'),
  eta_noise_seed_delta: isAbove(0),
  face_restoration_model: isFilled,
  forge_additional_modules: isFilled,
};

type Body = Readonly<Record<string, unknown>>;

/** Returns warnings about values without effect. Throws `invalid_request` for a picture to work from. */
export function readIgnored(body: Body): string[] {
  refuseSources(body);
  const scripts = isRecord(body.alwayson_scripts) ? Object.entries(body.alwayson_scripts) : [];
  return [
    ...warnOfIgnored(body, FIELDS),
    ...warnOfIgnored(body.override_settings, SETTINGS),
    ...toSentence(scripts.filter(([, script]) => isActive(script)).map(([name]) => `alwayson_scripts.${name}`)),
  ];
}

const SOURCE_FIELDS = ['init_images', 'mask', 'controlnet_units'];
const UNIT_PICTURES = ['image', 'input_image', 'mask', 'mask_image'];

function refuseSources(body: Body): void {
  const field = SOURCE_FIELDS.find((name) => isFilled(body[name], body));
  if (field !== undefined) throw noEngineTakesPictures(field);
  const scripts = isRecord(body.alwayson_scripts) ? Object.entries(body.alwayson_scripts) : [];
  for (const [name, script] of scripts) {
    const units = isRecord(script) && Array.isArray(script.args) ? script.args.filter(isRecord) : [];
    const isControlled = units.some(
      (unit) => isEnabled(unit) && UNIT_PICTURES.some((key) => isFilled(unit[key], unit)),
    );
    if (isControlled) throw noEngineTakesPictures(`alwayson_scripts.${name}`);
  }
}

/** Some clients also send the units of ControlNet and ADetailer that are switched off. */
const isEnabled = (unit: Body): boolean => unit.enabled === undefined || isOn(unit.enabled, unit);

/** Each script has arguments of its own. One without arguments, or with only switched-off units, does nothing. */
function isActive(script: unknown): boolean {
  if (!isRecord(script) || !Array.isArray(script.args)) return false;
  return script.args.some((arg) => (isRecord(arg) ? isEnabled(arg) : isFilled(arg, script)));
}
