import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { INSTALL_COMMAND } from '../../../../worker/engines/stable-diffusion/settings.ts';

/** Requirements of some tests. A test whose requirement is missing says so, and fails in CI. */
export interface Need {
  readonly isMet: boolean;
  /** Says what is missing, and how to install it. */
  readonly missing: string;
  /** Whether it may be missing in CI too. */
  readonly isOptional?: boolean;
}

export const RUNTIME: Need = {
  isMet: canResolve('onnxruntime-node'),
  missing: `onnxruntime-node is not installed: ${INSTALL_COMMAND}`,
};

/** Registers tests with a requirement, or one test that says what is missing. */
export function needing(needs: readonly Need[], what: string, define: () => void): void {
  const unmet = needs.filter(({ isMet }) => !isMet);
  if (unmet.length === 0) {
    define();
    return;
  }
  test(`${what}: NOT TESTED HERE`, (context) => {
    const isContinuousIntegration = (process.env.CI ?? '') !== '';
    const reasons = unmet.map(({ missing }) => missing).join('; ');
    assert.ok(!isContinuousIntegration || unmet.every(({ isOptional }) => isOptional === true), reasons);
    context.diagnostic(reasons);
  });
}

function canResolve(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return false;
    throw error;
  }
}
