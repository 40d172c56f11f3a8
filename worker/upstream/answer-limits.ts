import { getHeapStatistics } from 'node:v8';

/**
 * What an engine's answer may have, from the heap that this process really has: JSON with pictures in it is there as
 * bytes, as text and as values at once.
 */
const HEAP_SHARE = 1 / 4;
const MOST_BYTES = 256 * 1024 * 1024;
/** Of a picture as base64: three bytes a pixel is noise, which no file format makes smaller. */
const BASE64_BYTES_PER_PIXEL = 4;

export const toMaxAnswerBytes = (heapLimitBytes: number): number =>
  Math.min(MOST_BYTES, Math.floor(heapLimitBytes * HEAP_SHARE));

export const MAX_ANSWER_BYTES = toMaxAnswerBytes(getHeapStatistics().heap_size_limit);

/** How many pictures of a size one call may ask for, so that its answer fits; at least one. */
export const maxPicturesOfCall = (
  { width, height }: { readonly width: number; readonly height: number },
  maxBytes = MAX_ANSWER_BYTES,
): number => Math.max(1, Math.floor(maxBytes / (width * height * BASE64_BYTES_PER_PIXEL)));
