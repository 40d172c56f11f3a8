import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GenerationResult } from '../../../shared/contract/generation.ts';
import { type Run, toDone } from '../../../shared/queue/run.ts';

const NOW = 1_000_000;
const DAY_MS = 86_400_000;

const run = { rememberMs: DAY_MS, createdAt: NOW } as Run;
const result: GenerationResult = { engine: 'sketch', pictures: [], warnings: [], attempts: [], timings: {} };
const rememberedMs = (made: GenerationResult): number => (toDone(run, made, { now: NOW }).rememberUntil ?? 0) - NOW;

test('a picture of the wanted engine is remembered as long as the setting says', () => {
  assert.equal(rememberedMs(result), DAY_MS);
});

test('a picture of a fallback is remembered for minutes, even if the wanted engine only rested', () => {
  assert.equal(rememberedMs({ ...result, isFallback: true }), 300_000);
});
