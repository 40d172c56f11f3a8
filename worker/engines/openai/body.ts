import type { EngineRequest } from '../engine.ts';
import type { ModelFamily } from './families.ts';
import { neutralise, withBlock } from './prompt.ts';
import type { OpenaiOptions } from './schema.ts';

interface BodyOptions {
  readonly family: ModelFamily;
  readonly model: string | undefined;
  readonly options: OpenaiOptions;
  /** OpenAI itself, which reads no options inside a prompt. */
  readonly isOpenai: boolean;
}

const CHANGED =
  'The prompt held marks that image servers read as options ("|" or a block of settings); they were made harmless.';

/** The body of `POST /images/generations`, and what had to change in the prompt. */
export function toBody(request: EngineRequest, { family, model, options, isOpenai }: BodyOptions) {
  const safe = isOpenai ? request.prompt : neutralise(request.prompt);
  const fields = {
    ...(model === undefined ? {} : { model }),
    prompt: family.seed === 'block' ? withBlock(safe, request) : safe,
    n: request.count,
    size: `${request.width}x${request.height}`,
    ...(family.takesResponseFormat ? { response_format: 'b64_json' } : {}),
    ...(family.seed === 'field' ? { seed: request.seed } : {}),
    ...options,
  };
  return { fields, warnings: safe === request.prompt ? [] : [CHANGED] };
}
