import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TroubleCode } from '../../doctor/codes/codes.ts';
import type { Services } from '../../doctor/set-up.ts';
import type { Surroundings } from '../../doctor/surroundings.ts';
import { examine, openTestMachine, type TestMachine } from './test-machine.ts';

/** One fault, and what the doctor reports of it. */
export interface Case {
  /** Names the fault. */
  readonly name: string;
  readonly service: Services;
  /** Makes the fault. Returns the settings, and parts of the machine that differ. */
  readonly breakIt: (machine: TestMachine) => Promise<Broken> | Broken;
  readonly code: TroubleCode;
  readonly status: 'warn' | 'fail';
  readonly subject?: string;
  /** Matches one of the fixes. */
  readonly cure: RegExp;
  /** Matches the message or the evidence. */
  readonly evidence?: RegExp;
}

export interface Broken {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly surroundings?: Partial<Surroundings>;
}

/** Runs each case on its own machine, and expects its code with a cure. No check may fail to run. */
export function testCases(cases: readonly Case[]): void {
  for (const { name, service, breakIt, code, status, subject, cure, evidence } of cases) {
    test(`${name}: ${code}`, async () => {
      const machine = await openTestMachine();
      try {
        const { env, surroundings } = await breakIt(machine);
        const { report, exitCode } = await examine(env, service, { ...machine.surroundings, ...surroundings });
        const printed = JSON.stringify(report.checks, undefined, 1);
        const found = report.checks.find((check) => check.code === code && check.status === status);
        assert.ok(found !== undefined, `${code} is missing: ${printed}`);
        assert.equal(found.subject, subject ?? found.subject);
        assert.ok(
          found.fixes.some((fix) => cure.test(fix)),
          `no cure ${cure}: ${found.fixes.join('; ')}`,
        );
        assert.match([found.message, ...found.evidence].join('\n'), evidence ?? /./);
        assert.equal(exitCode, report.summary.fail > 0 ? 2 : 1);
        assert.ok(
          report.checks.every((check) => check.code !== 'doctor/check-failed'),
          printed,
        );
      } finally {
        await machine.close();
      }
    });
  }
}
