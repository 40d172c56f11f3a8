/** Fields that Piclumen's web app sends with every picture, besides prompt, size and seed. */
export const WEB_APP_EXTRAS = {
  highPixels: false,
  model_id: '23887bba-507e-4249-a0e3-6951e4027f2b',
  model_ability: {},
  ponyTags: {},
  denoise: 1,
  hires_fix_denoise: 0.5,
  hires_scale: 2,
  multi_img2img_info: { style_list: [] },
  img_control_info: { style_list: [] },
  continueCreate: false,
};

const SAMPLING = { steps: 6, cfg: 1, sampler_name: 'euler', scheduler: 'normal' };

/** The whole body of `POST /generate-image`. */
export const WEB_APP_BODY = {
  ...WEB_APP_EXTRAS,
  ...SAMPLING,
  prompt: 'a magical landscape',
  negative_prompt: '',
  resolution: { width: 1344, height: 768, batch_size: 1 },
  seed: 9896923949,
};
