/** The settings that AUTOMATIC1111 writes into a picture's file (`parameters`) and into answers (`infotexts`). */
export interface InfotextOrigin {
  readonly prompt: string;
  readonly negativePrompt?: string | undefined;
  readonly steps?: number | undefined;
  readonly sampler?: string | undefined;
  readonly scheduler?: string | undefined;
  readonly guidanceScale?: number | undefined;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly engine: string;
}

/**
 * The prompt, `Negative prompt: …`, and a last line of `Key: value` pairs; AUTOMATIC1111's reader needs at least three.
 * A value with a comma, a colon or a line break is quoted as JSON, as AUTOMATIC1111 does.
 */
export function toInfotext(origin: InfotextOrigin): string {
  const negative = origin.negativePrompt ? [`Negative prompt: ${origin.negativePrompt}`] : [];
  return [origin.prompt, ...negative, toSettingsText(origin)].join('\n');
}

/** The last line only, without the prompts. */
export function toSettingsText(origin: Omit<InfotextOrigin, 'prompt' | 'negativePrompt'>): string {
  const pairs: ReadonlyArray<readonly [string, string | number | undefined]> = [
    ['Steps', origin.steps],
    ['Sampler', origin.sampler],
    ['Schedule type', origin.scheduler],
    ['CFG scale', origin.guidanceScale],
    ['Seed', origin.seed],
    ['Size', `${origin.width}x${origin.height}`],
    ['Model', origin.engine],
  ];
  return pairs.flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${quote(String(value))}`])).join(', ');
}

const quote = (value: string): string => (/[,:\n]/.test(value) ? JSON.stringify(value) : value);

/**
 * A key begins after a comma or at the start, and AUTOMATIC1111's keys are short. Each part of the pattern ends where
 * the next one begins, so that matching takes linear time.
 */
const PAIR = /(?<![^,])[ \t]{0,20}(\w[\w \-/]{1,99}):(\s{0,20}"(?:\\.|[^\\"])*(?:"|$)|[^,]*)/gs;

/** The pairs of the last line, with `Prompt` and `Negative prompt`. Empty if the text is no infotext. */
export function readInfotext(text: string): Record<string, string> {
  const lines = text.split('\n');
  const pairs = [...(lines.at(-1) ?? '').matchAll(PAIR)].map(([, key = '', value = '']) => [
    key,
    unquote(value.trim()),
  ]);
  if (pairs.length < 3) return {};
  const rest = lines.slice(0, -1).join('\n');
  const [prompt = '', negative = ''] = rest.split(/^Negative prompt: /m);
  return { Prompt: prompt.trimEnd(), 'Negative prompt': negative, ...Object.fromEntries(pairs) };
}

function unquote(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    // Another program wrote it: keep the value as it is.
    return value;
  }
}
