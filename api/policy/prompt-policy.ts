import { createHash } from 'node:crypto';
import { AppError } from '../../shared/errors.ts';
import { remember } from '../../shared/remember.ts';
import { createChildSafety } from './child-safety.ts';
import { type PromptRequest, type RequestedText, toRequestedText } from './requested-text.ts';
import { compileRule } from './rules/compile-rule.ts';
import type { PolicyRule } from './rules/policy-rules.ts';
import { foldText } from './text/fold.ts';

interface PromptPolicyOptions {
  /** The operator's own rules; the rule about minors is always on. */
  readonly rules: readonly PolicyRule[];
}

const CHILD_SAFETY_MESSAGE =
  'This prompt is refused: nothing sexual is made that shows or suggests minors. If everyone in it is an adult, say so (woman, man).';
/**
 * Number of texts that passed recently and are not read again, for instance for a remembered picture. Only
 * digests are kept, because a text may have 100 kB.
 */
const MAX_PASSED = 1000;
const DEFAULT_MESSAGE = 'This prompt is refused by the rules of this service.';

/** Throws `prompt_refused` for a request that must not be made. The log gets the rule's name, but not the prompt. */
export function createPromptPolicy({ rules }: PromptPolicyOptions): (request: PromptRequest) => void {
  const isAboutMinors = createChildSafety();
  const ownRules = rules.map((rule) => ({ rule, matches: compileRule(rule) }));
  const passed = new Map<string, true>();

  function check(text: RequestedText): void {
    if (isAboutMinors(text)) throw refusal('child-safety', CHILD_SAFETY_MESSAGE);
    if (ownRules.length === 0) return;
    const folded = foldText(text.wanted);
    const broken = ownRules.find(({ matches }) => matches(folded))?.rule;
    if (broken !== undefined) throw refusal(broken.name, broken.message ?? DEFAULT_MESSAGE);
  }

  return (request) => {
    const text = toRequestedText(request);
    const name = digest(text);
    if (passed.has(name)) return;
    check(text);
    remember(passed, name, true, MAX_PASSED);
  };
}

const digest = ({ wanted, unwanted }: RequestedText): string =>
  createHash('sha256')
    .update(JSON.stringify([wanted, unwanted]))
    .digest('base64');

function refusal(ruleName: string, publicMessage: string): AppError {
  return new AppError('prompt_refused', `refused by the rule ${ruleName}`, { publicMessage, field: 'prompt' });
}
