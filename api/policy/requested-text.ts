import type { GenerationRequest } from '../../shared/contract/generation.ts';

export type PromptRequest = Pick<GenerationRequest, 'prompt' | 'negativePrompt' | 'engineOptions'>;

/** All words of a request: what shall be in the picture, and what shall not. */
export interface RequestedText {
  readonly wanted: string;
  readonly unwanted: string;
}

/** An embedded picture holds no words. */
const EMBEDDED_PICTURE = /^data:[\w/+.-]+;base64,[\w+/=-]*$/;
/** An engine's name and the names of its options are ours; deeper keys (tags by name) are the caller's words. */
const OWN_KEY_DEPTH = 2;

/** The prompts, with every text in the engines' own options beside the prompt that it adds to. */
export function toRequestedText({ prompt, negativePrompt = '', engineOptions = {} }: PromptRequest): RequestedText {
  const wanted = [prompt];
  const unwanted = [negativePrompt];
  const waiting: { value: unknown; depth: number; texts: string[] }[] = [
    { value: engineOptions, depth: 0, texts: wanted },
  ];
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    const { value, depth, texts } = item;
    if (typeof value === 'string' && !EMBEDDED_PICTURE.test(value)) texts.push(value);
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      const isOwnKey = depth < OWN_KEY_DEPTH;
      if (!isOwnKey && !Array.isArray(value)) texts.push(key);
      waiting.push({ value: inner, depth: depth + 1, texts: isOwnKey && /negative/i.test(key) ? unwanted : texts });
    }
  }
  return { wanted: wanted.join('\n'), unwanted: unwanted.join('\n') };
}
