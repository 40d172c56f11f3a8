import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toBrowserEnvironment } from '../../../../worker/browser/process/environment.ts';

test('the browser only gets the variables that it needs', () => {
  const environment = {
    PATH: '/usr/bin',
    HOME: '/home/someone',
    LC_TIME: 'C',
    http_proxy: 'http://proxy:3128',
    HTTPS_PROXY: 'http://user:password@proxy:3128',
    LD_PRELOAD: '/usr/lib/libjemalloc.so.2',
    WORKER_TOKEN: 'a secret',
    S3_SECRET_ACCESS_KEY: 'another',
    NODE_OPTIONS: '--max-old-space-size=128',
    TZ: undefined,
  };
  assert.deepEqual(toBrowserEnvironment(environment), {
    PATH: '/usr/bin',
    HOME: '/home/someone',
    LC_TIME: 'C',
    http_proxy: 'http://proxy:3128',
  });
});
