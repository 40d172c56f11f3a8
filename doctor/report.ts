import { z } from 'zod';
import type { Status } from './check.ts';
import type { Result } from './run-checks.ts';

/** The output of `--json`, described in docs/doctor.md. Fields may be added, but none may be removed or renamed. */
export const reportSchema = z.strictObject({
  /** Version of Easel. */
  version: z.string(),
  /** ISO 8601. */
  startedAt: z.iso.datetime(),
  /** Which services were checked, and why. */
  setUp: z.strictObject({ services: z.enum(['gateway', 'worker', 'both']), reason: z.string() }),
  summary: z.strictObject({ pass: z.int(), warn: z.int(), fail: z.int(), skipped: z.int() }),
  checks: z.array(
    z.strictObject({
      code: z.string().regex(/^doctor\/[a-z0-9]+(-[a-z0-9]+)*$/),
      subject: z.string(),
      status: z.enum(['pass', 'warn', 'fail', 'skipped']),
      message: z.string(),
      evidence: z.array(z.string()),
      fixes: z.array(z.string()),
      /** How long the check took, in milliseconds. */
      ms: z.int().min(0),
    }),
  ),
});

export type Report = z.infer<typeof reportSchema>;

interface ReportParts extends Pick<Report, 'version' | 'startedAt' | 'setUp'> {
  readonly results: readonly Result[];
  readonly hide: (text: string) => string;
}

/** The report without secrets. */
export function toReport({ results, hide, ...parts }: ReportParts): Report {
  const count = (status: Status): number => results.filter((result) => result.status === status).length;
  return {
    ...parts,
    summary: { pass: count('pass'), warn: count('warn'), fail: count('fail'), skipped: count('skipped') },
    checks: results.map(({ code, subject, status, message, evidence, fixes, ms }) => ({
      ...{ code, subject: hide(subject), status, message: hide(message) },
      ...{ evidence: evidence.map(hide), fixes: fixes.map(hide), ms },
    })),
  };
}

/** 0: healthy, 1: warnings, 2: something does not work. */
export function toExitCode({ summary }: Report): 0 | 1 | 2 {
  if (summary.fail > 0) return 2;
  return summary.warn > 0 ? 1 : 0;
}

const MARKS: Readonly<Record<Status, string>> = { pass: 'ok', warn: 'WARN', fail: 'FAIL', skipped: '-' };
const MARK_WIDTH = 6;
const INDENT = ' '.repeat(MARK_WIDTH);

/** The report as text: one line for what is in order, and evidence and cure for the rest. */
export function toText({ version, setUp, summary, checks }: Report): string {
  const lines = checks.flatMap((check) => [
    `${MARKS[check.status].padEnd(MARK_WIDTH)}${check.subject}: ${check.message}${isTrouble(check) ? `  [${check.code}]` : ''}`,
    ...(isTrouble(check) ? check.evidence.map((line) => `${INDENT}${line}`) : []),
    ...check.fixes.map((fix, index) => `${INDENT}${index === 0 ? 'cure: ' : '  or: '}${fix}`),
  ]);
  const { pass, warn, fail, skipped } = summary;
  return [
    `Easel ${version}, ${setUp.services === 'both' ? 'gateway and worker' : `the ${setUp.services}`}: ${setUp.reason}`,
    '',
    ...lines,
    '',
    `${fail} failed, ${warn} with a warning, ${pass} in order, ${skipped} skipped.`,
    ...(fail + warn > 0 ? ['docs/doctor.md explains each code.'] : []),
    '',
  ].join('\n');
}

const isTrouble = ({ status }: Report['checks'][number]): boolean => status === 'warn' || status === 'fail';
