import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../../../shared/service/log.ts';
import { createLaunch } from '../../../../worker/browser/process/launch.ts';

test('a browser is not closed while a context or a page is being made in it', async () => {
  const launch = createLaunch({ log: createLog({ service: 'test', level: 'silent' }) });
  const chromium = await launch(undefined, new AbortController().signal);
  const making = Promise.withResolvers<string>();
  const made = chromium.beforeClose(() => making.promise);
  const closed = chromium.close();
  assert.equal(await chromium.browser.newContext().then((context) => context.pages().length), 0);
  making.resolve('made');
  assert.equal(await made, 'made');
  await closed;
  assert.equal(chromium.browser.isConnected(), false);
});
