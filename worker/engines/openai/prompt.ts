import type { EngineRequest } from '../engine.ts';

/** sd-server reads native options from this tag anywhere in the prompt. */
const BLOCK = 'sd_cpp_extra_args';

/**
 * Servers other than OpenAI read options inside a prompt: sd-server reads a block, and LocalAI takes what follows `|` as
 * the negative prompt. A caller's text must stay text, so both are replaced by something harmless and readable.
 */
export function neutralise(text: string): string {
  return text.replaceAll(new RegExp(BLOCK, 'gi'), BLOCK.replaceAll('_', ' ')).replaceAll('|', ',');
}

/** Our own block after the cleaned prompt. It is the only way to give sd-server a seed on this route. */
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
