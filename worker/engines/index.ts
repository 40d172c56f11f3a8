import { automatic1111 } from './automatic1111/index.ts';
import { bfl } from './bfl/index.ts';
import { cloudflare } from './cloudflare/index.ts';
import { comfyui } from './comfyui/index.ts';
import type { EnginePlugin } from './engine.ts';
import { fal } from './fal/index.ts';
import { fireworks } from './fireworks/index.ts';
import { gemini } from './gemini/index.ts';
import { gradio } from './gradio/index.ts';
import { horde } from './horde/index.ts';
import { huggingface } from './huggingface/index.ts';
import { openai } from './openai/index.ts';
import { perchance } from './perchance/index.ts';
import { piclumen } from './piclumen/index.ts';
import { pollinations } from './pollinations/index.ts';
import { replicate } from './replicate/index.ts';
import { sketch } from './sketch/index.ts';
import { stability } from './stability/index.ts';
import { stableDiffusion } from './stable-diffusion/index.ts';
import { together } from './together/index.ts';

/** All engines. Setting ENGINES chooses from them. */
export const engines: readonly EnginePlugin[] = [
  perchance,
  sketch,
  piclumen,
  huggingface,
  openai,
  automatic1111,
  stableDiffusion,
  comfyui,
  gradio,
  horde,
  cloudflare,
  replicate,
  fal,
  bfl,
  together,
  fireworks,
  gemini,
  stability,
  pollinations,
];
