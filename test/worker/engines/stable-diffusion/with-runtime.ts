import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { INSTALL_COMMAND } from '../../../../worker/engines/stable-diffusion/settings.ts';

/** What some tests need of the machine; where it is missing they say so, and in CI that is a failure. */
export interface Need {
  readonly isMet: boolean;
  /** In words: what is missing, and how to get it. */
  readonly missing: string;
}

export const RUNTIME: Need = {
  isMet: canResolve('onnxruntime-node'),
  missing: `onnxruntime-node is not installed: ${INSTALL_COMMAND}`,
};

/** Registers tests that have a need, or one test in their place that tells what is missing. */
export function needing(needs: readonly Need[], what: string, define: () => void): void {
  const missing = needs.filter(({ isMet }) => !isMet).map((need) => need.missing);
  if (missing.length === 0) return define();
  test(`${what}: NOT TESTED HERE`, (context) => {
    const isContinuousIntegration = (process.env.CI ?? '') !== '';
    assert.ok(!isContinuousIntegration, missing.join('; '));
    context.diagnostic(missing.join('; '));
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
