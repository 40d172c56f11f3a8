import { automatic1111 } from './automatic1111/index.ts';
import { dataUrl } from './data-url/index.ts';
import type { Dialect } from './dialect.ts';
import { generate } from './generate/index.ts';
import { imageData } from './image-data/index.ts';
import { jobs } from './jobs/index.ts';
import { openai } from './openai/index.ts';
import { piclumen } from './piclumen/index.ts';
import { pollinations } from './pollinations/index.ts';
import { stableDiffusion } from './stable-diffusion/index.ts';

/** The only list of dialects. Each folder has the name of its dialect. */
export const dialects: readonly Dialect[] = [
  generate,
  stableDiffusion,
  imageData,
  piclumen,
  dataUrl,
  openai,
  automatic1111,
  pollinations,
  jobs,
];
