import { getHeapStatistics } from 'node:v8';

/**
 * Largest answer of an engine, derived from this process's heap limit: JSON with pictures is in memory as bytes, as text
 * and as values at the same time.
 */
const HEAP_SHARE = 1 / 4;
const MAX_BYTES = 256 * 1024 * 1024;
/** Base64 characters for each pixel at worst: noise takes three bytes a pixel in every file format. */
const BASE64_BYTES_PER_PIXEL = 4;

export const toMaxAnswerBytes = (heapLimitBytes: number): number =>
  Math.min(MAX_BYTES, Math.floor(heapLimitBytes * HEAP_SHARE));

export const MAX_ANSWER_BYTES = toMaxAnswerBytes(getHeapStatistics().heap_size_limit);

/** How many pictures of this size one call may ask for, so that the answer fits. At least one. */
export const maxPicturesOfCall = (
  { width, height }: { readonly width: number; readonly height: number },
  maxBytes = MAX_ANSWER_BYTES,
): number => Math.max(1, Math.floor(maxBytes / (width * height * BASE64_BYTES_PER_PIXEL)));
