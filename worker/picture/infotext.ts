/** How a picture came about, as it is written into the file. */
export interface PictureOrigin {
  readonly engine: string;
  /** A trained model made it, or a program that was written by hand. */
  readonly isTrained: boolean;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly seed: number;
  readonly steps?: number | undefined;
  readonly sampler?: string | undefined;
  readonly scheduler?: string | undefined;
  readonly guidanceScale?: number | undefined;
}

/**
 * AUTOMATIC1111's `parameters` text: the prompt, `Negative prompt: …`, and a last line of `Key: value` pairs, of which
 * its reader wants at least three. A value with a comma, a colon or a line break is quoted as JSON, as upstream does.
 */
export function toInfotext(origin: PictureOrigin, size: { readonly width: number; readonly height: number }): string {
  const pairs: ReadonlyArray<readonly [string, string | number | undefined]> = [
    ['Steps', origin.steps],
    ['Sampler', origin.sampler],
    ['Schedule type', origin.scheduler],
    ['CFG scale', origin.guidanceScale],
    ['Seed', origin.seed],
    ['Size', `${size.width}x${size.height}`],
    ['Model', origin.engine],
  ];
  const known = pairs.flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${quote(String(value))}`]));
  const negative = origin.negativePrompt === '' ? [] : [`Negative prompt: ${origin.negativePrompt}`];
  return [origin.prompt, ...negative, known.join(', ')].join('\n');
}

const quote = (value: string): string => (/[,:\n]/.test(value) ? JSON.stringify(value) : value);
