import { createPromptPolicy } from '../../api/policy/prompt-policy.ts';
import { HARMLESS_PROMPTS } from '../api/policy/harmless-prompts.ts';
import { fill, HOSTILE_TEXTS } from '../api/policy/hostile-texts.ts';
import { type Figure, median, quantile, type Section } from './report.ts';

/** Time of the prompt policy for one request, compared with normalising the same text once. */

const RUNS = 5;

function time(task: () => void): number {
  const times = Array.from({ length: RUNS }, () => {
    const startedAt = performance.now();
    task();
    return performance.now() - startedAt;
  });
  return Math.min(...times);
}

export const policy: Section = {
  name: 'policy',
  title: 'Prompt policy: time of one prompt',
  async measure(): Promise<readonly Figure[]> {
    const check = createPromptPolicy({ rules: [] });
    const run = (prompt: string) => (): void => {
      try {
        check({ prompt });
      } catch {
        // A refusal counts like any other run.
      }
    };
    const longest = fill(HARMLESS_PROMPTS.join(', '));
    const short = HARMLESS_PROMPTS.map((prompt) => time(run(prompt)));
    const normalising = time(() => longest.normalize('NFKC').toLowerCase());
    return [
      { what: 'a short prompt, median', value: median(short), unit: 'ms' },
      { what: 'a short prompt, p95', value: quantile(short, 0.95), unit: 'ms' },
      {
        what: '32,000 everyday characters',
        value: time(run(longest)),
        unit: 'ms',
        reference: { what: 'normalising them', value: normalising },
      },
      {
        what: '32,000 hostile characters, the worst',
        value: Math.max(...HOSTILE_TEXTS.map((text) => time(run(fill(text))))),
        unit: 'ms',
      },
    ];
  },
};
