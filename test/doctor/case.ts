import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TroubleCode } from '../../doctor/codes/codes.ts';
import type { Services } from '../../doctor/set-up.ts';
import type { Surroundings } from '../../doctor/surroundings.ts';
import { type Clinic, examine, openClinic } from './clinic.ts';

/** One way of breaking a set-up, and what a stranger is told. */
export interface Case {
  /** What is broken. */
  readonly name: string;
  readonly service: Services;
  /** Breaks it; answers the settings, and another machine if need be. */
  readonly breakIt: (clinic: Clinic) => Promise<Broken> | Broken;
  readonly code: TroubleCode;
  readonly status: 'warn' | 'fail';
  readonly subject?: string;
  /** What one of the cures says. */
  readonly cure: RegExp;
  /** What was seen. */
  readonly evidence?: RegExp;
}

export interface Broken {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly surroundings?: Partial<Surroundings>;
}

/** Every case on a machine of its own: the code is named with its cure, and nothing else is said to fail. */
export function testCases(cases: readonly Case[]): void {
  for (const { name, service, breakIt, code, status, subject, cure, evidence } of cases) {
    test(`${name}: ${code}`, async () => {
      const clinic = await openClinic();
      try {
        const { env, surroundings } = await breakIt(clinic);
        const { report, exitCode } = await examine(env, service, { ...clinic.surroundings, ...surroundings });
        const told = JSON.stringify(report.checks, undefined, 1);
        const found = report.checks.find((check) => check.code === code && check.status === status);
        assert.ok(found !== undefined, `${code} is missing: ${told}`);
        assert.equal(found.subject, subject ?? found.subject);
        assert.ok(
          found.fixes.some((fix) => cure.test(fix)),
          `no cure ${cure}: ${found.fixes.join('; ')}`,
        );
        assert.match([found.message, ...found.evidence].join('\n'), evidence ?? /./);
        assert.equal(exitCode, report.summary.fail > 0 ? 2 : 1);
        assert.ok(
          report.checks.every((check) => check.code !== 'doctor/check-failed'),
          told,
        );
      } finally {
        await clinic.close();
      }
    });
  }
}
