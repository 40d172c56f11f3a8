import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { INSTALL_COMMAND } from '../../../../worker/engines/stable-diffusion/settings.ts';

/** What some tests need of the machine; where it is missing they say so, and in CI that is a failure. */
export interface Need {
  readonly isMet: boolean;
  /** In words: what is missing, and how to get it. */
  readonly missing: string;
  /** CI may lack it too. */
  readonly isOptional?: boolean;
}

export const RUNTIME: Need = {
  isMet: canResolve('onnxruntime-node'),
  missing: `onnxruntime-node is not installed: ${INSTALL_COMMAND}`,
};

/** Registers tests that have a need, or one test in their place that tells what is missing. */
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
