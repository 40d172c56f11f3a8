import type { GenerationRequest } from '../../shared/contract/generation.ts';

export type PromptRequest = Pick<GenerationRequest, 'prompt' | 'negativePrompt' | 'engineOptions'>;

/** All words of a request, for the picture and against it. */
export interface RequestedText {
  readonly wanted: string;
  readonly unwanted: string;
}

/** An embedded picture contains no words. */
const EMBEDDED_PICTURE = /^data:image\/[\w+.-]+;base64,[\w+/=-]*$/;
/** Base64, alone or in a data URL. Shorter runs are words. */
const BASE64 = /^(?:data:[\w/+.-]*(?:;[\w=.+-]*)?,)?([\w+/-]{8,}={0,2})$/;
/** Control characters except line breaks and tabs. */
const CONTROL = /[^\P{Cc}\t\n\r]/u;
/** Keys up to this depth are names of engines and options. Deeper keys (tags by name) are the caller's words. */
const OWN_KEY_DEPTH = 2;

/** The prompts, each with the texts of the engines' options that add to it. */
export function toRequestedText({ prompt, negativePrompt = '', engineOptions = {} }: PromptRequest): RequestedText {
  const wanted = [prompt];
  const unwanted = [negativePrompt];
  const waiting: { value: unknown; depth: number; texts: string[] }[] = [
    { value: engineOptions, depth: 0, texts: wanted },
  ];
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    const { value, depth, texts } = item;
    if (typeof value === 'string') texts.push(...toTexts(value));
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      const isOwnKey = depth < OWN_KEY_DEPTH;
      if (!isOwnKey && !Array.isArray(value)) texts.push(key);
      waiting.push({ value: inner, depth: depth + 1, texts: isOwnKey && /negative/i.test(key) ? unwanted : texts });
    }
  }
  return { wanted: wanted.join('\n'), unwanted: unwanted.join('\n') };
}

/** The words of a value, and those that it holds as base64. */
function toTexts(value: string): string[] {
  if (EMBEDDED_PICTURE.test(value)) return [];
  const decoded = decodeText(BASE64.exec(value)?.[1]);
  return decoded === undefined ? [value] : [value, decoded];
}

/** Undefined if the bytes are not text. */
function decodeText(base64: string | undefined): string | undefined {
  if (base64 === undefined) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
    return CONTROL.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
