import { fileURLToPath } from 'node:url';
import { fromErrorRecord } from '../../../shared/errors.ts';
import { type Subprocess, startSubprocess } from '../../subprocess/start-subprocess.ts';
import { toExitError } from './exit-error.ts';
import type { FromChild, ToChild } from './messages.ts';
import type { PaintHooks } from './pipeline/pipeline.ts';

/** The child's program: beside this file, as TypeScript or compiled. */
export const CHILD_PATH = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './child.ts' : './child.js', import.meta.url),
);

export type ModelProcess = Subprocess<ToChild, FromChild>;

export const startModelProcess = (path: string): ModelProcess => startSubprocess(path, { toError: toExitError });

/** Returns the answer that ends a question. Hands steps and previews to the hooks, and throws the child's error. */
export const createTake = (hooks: PaintHooks) => (answer: FromChild) => {
  switch (answer.type) {
    case 'step':
      hooks.onStep(answer.fraction, answer.status);
      return undefined;
    case 'preview':
      hooks.onPreview(answer.preview);
      return undefined;
    case 'error':
      throw fromErrorRecord(answer.error);
    default:
      return answer;
  }
};
