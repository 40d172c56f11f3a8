import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { test } from 'node:test';
import { loadPlaywright, PARTS } from '../../../../worker/browser/process/load-playwright.ts';

const LARGE_BYTES = 1024 * 1024;
const { cache } = createRequire(import.meta.url);

test('each large file of Playwright is a part of its own, so that the worker answers between them', async () => {
  const browserType = await loadPlaywright();
  assert.equal(browserType.name(), 'chromium');
  const loaded = Object.keys(cache).filter((file) => /node_modules[\\/]playwright-core[\\/]/.test(file));
  const large = loaded.filter((file) => statSync(file).size > LARGE_BYTES);
  assert.deepEqual(
    large.map((file) => basename(file, '.js')).toSorted(),
    PARTS.map((part) => basename(part)).toSorted(),
  );
});
