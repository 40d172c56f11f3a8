import { createPromptPolicy } from '../../../api/policy/prompt-policy.ts';
import type { PromptRequest } from '../../../api/policy/requested-text.ts';
import { AppError } from '../../../shared/errors.ts';

const policy = createPromptPolicy({ rules: [] });

/** Whether the rule that is always on refuses the request. Throws any other error. */
export function refuses(request: PromptRequest): boolean {
  try {
    policy(request);
    return false;
  } catch (error) {
    if (error instanceof AppError && error.code === 'prompt_refused') return true;
    throw error;
  }
}
