import type { Check, Finding } from '../check.ts';
import { fail, pass, skip, warn } from '../check.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Worker } from './settings.ts';

const SUBJECT = 'worker';
/** Memory of worker, browser and one page, as measured with Debian's headless shell. */
const MIN_MB = 400;
/** Memory of each further page with its job. */
const PAGE_MB = 120;

/** Compares the container's memory limit with the settings. */
export const memoryChecks = (worker: Worker, { meter }: Surroundings): readonly Check[] => [
  {
    subject: SUBJECT,
    title: 'memory',
    run: async () => {
      const memory = await meter();
      if (memory === undefined)
        return [skip('doctor/memory', SUBJECT, 'This system does not say how much memory it has.')];
      if (memory.limitMb === undefined) return [pass('doctor/memory', SUBJECT, 'No container limits the memory.')];
      return judge(worker, memory.limitMb);
    },
  },
];

function judge({ settings, usesBrowser }: Worker, limitMb: number): readonly Finding[] {
  const { MEMORY_LIMIT_MB: ownMb, CONCURRENCY: concurrency } = settings;
  const evidence = [`the container has ${limitMb} MB; CONCURRENCY is ${concurrency}`];
  const findings: Finding[] = [];
  if (ownMb !== undefined && ownMb > limitMb) {
    const limits = [`the container has ${limitMb} MB; MEMORY_LIMIT_MB is ${ownMb}`];
    const fixes = [`MEMORY_LIMIT_MB=${Math.round(limitMb * 0.75)}`];
    findings.push(fail('doctor/memory-limit-high', SUBJECT, { evidence: limits, fixes }));
  }
  const neededMb = MIN_MB + (concurrency - 1) * PAGE_MB;
  if (usesBrowser && limitMb < MIN_MB) {
    findings.push(warn('doctor/memory-small', SUBJECT, { evidence: [...evidence, `${MIN_MB} MB are needed`] }));
  } else if (usesBrowser && limitMb < neededMb) {
    const fits = 1 + Math.floor((limitMb - MIN_MB) / PAGE_MB);
    const fixes = [`CONCURRENCY=${fits}`, `give the container ${neededMb} MB`];
    findings.push(
      warn('doctor/memory-concurrency', SUBJECT, {
        evidence: [...evidence, `about ${neededMb} MB are needed`],
        fixes,
      }),
    );
  }
  if (findings.length > 0) return findings;
  return [pass('doctor/memory', SUBJECT, `The container’s ${limitMb} MB are enough.`)];
}
