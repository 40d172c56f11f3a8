import type { EngineRequest } from '../engine.ts';

/** sd-server takes native options out of the prompt, wherever this tag stands in it. */
const BLOCK = 'sd_cpp_extra_args';

/**
 * Servers other than OpenAI read options inside a prompt: sd-server's block, and LocalAI's `|` that makes the rest a
 * negative prompt. A caller's text must stay text, so both are made harmless; the picture's words stay readable.
 */
export function neutralise(text: string): string {
  return text.replaceAll(new RegExp(BLOCK, 'gi'), BLOCK.replaceAll('_', ' ')).replaceAll('|', ',');
}

/** Our own block, behind a prompt that can hold none: the only way to give sd-server a seed on this route. */
export function withBlock(prompt: string, request: EngineRequest): string {
  const { sampler, scheduler } = request;
  const options = {
    seed: request.seed,
    negative_prompt: neutralise(request.negativePrompt),
    ...(sampler === undefined && scheduler === undefined
      ? {}
      : { sample_params: { sample_method: sampler, scheduler } }),
  };
  return `${prompt} <${BLOCK}>${JSON.stringify(options)}</${BLOCK}>`;
}
