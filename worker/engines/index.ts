import { automatic1111 } from './automatic1111/index.ts';
import type { EnginePlugin } from './engine.ts';
import { huggingface } from './huggingface/index.ts';
import { openai } from './openai/index.ts';
import { perchance } from './perchance/index.ts';
import { piclumen } from './piclumen/index.ts';
import { sketch } from './sketch/index.ts';
import { stableDiffusion } from './stable-diffusion/index.ts';

/** Every engine that there is; ENGINES chooses from it. */
export const engines: readonly EnginePlugin[] = [
  perchance,
  sketch,
  piclumen,
  huggingface,
  openai,
  automatic1111,
  stableDiffusion,
];

/** These paint by rules that a person wrote; every other engine's pictures come from a trained model. */
const PROGRAMMED: ReadonlySet<string> = new Set(['sketch']);

export const isTrained = (engine: string): boolean => !PROGRAMMED.has(engine);
