import { randomInt } from 'node:crypto';
import type { PictureRequest } from './fingerprint.ts';

const RESOLUTIONS = ['512x512', '512x768', '768x512', '768x768'];
const DEFAULT_RESOLUTION = '512x512';
const DEFAULT_GUIDANCE_SCALE = 7;
const HIGHEST_SEED = 2 ** 32;

export type GenerateRequest =
  | { ok: true; request: PictureRequest }
  | { ok: false; status: 'invalid_data' | 'invalid_parameter' };

/** Checks the JSON body of `POST /generate` as the service does, and settles the seed. */
export function toGenerateRequest(body: Record<string, unknown> | null): GenerateRequest {
  if (!body) return { ok: false, status: 'invalid_data' };
  const {
    prompt,
    negativePrompt = '',
    seed = -1,
    resolution = DEFAULT_RESOLUTION,
    guidanceScale = DEFAULT_GUIDANCE_SCALE,
  } = body;

  if (typeof resolution !== 'string' || !RESOLUTIONS.includes(resolution)) {
    return { ok: false, status: 'invalid_parameter' };
  }
  if (typeof prompt !== 'string' || prompt.trim() === '' || typeof negativePrompt !== 'string') {
    return { ok: false, status: 'invalid_data' };
  }
  if (!isWhole(guidanceScale) || guidanceScale < 1) return { ok: false, status: 'invalid_data' };
  if (!isWhole(seed) || seed < -1) return { ok: false, status: 'invalid_data' };

  const seedUsed = seed === -1 ? randomInt(HIGHEST_SEED) : seed;
  return { ok: true, request: { prompt, negativePrompt, seed: seedUsed, guidanceScale, resolution } };
}

const isWhole = (value: unknown): value is number => Number.isInteger(value);
