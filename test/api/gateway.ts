import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dialects } from '../../api/dialects/index.ts';
import { type AppOptions, createApp } from '../../api/http/app.ts';
import { createBodyBudget, toBodyLimits } from '../../api/http/body/body-budget.ts';
import { createDescribe } from '../../api/http/describe-service.ts';
import { createStreamLimit } from '../../api/http/events/stream-limit.ts';
import { createRateLimit } from '../../api/http/middleware/rate-limit.ts';
import { toTrustProxy } from '../../api/http/middleware/trust-proxy.ts';
import { createPreferences } from '../../api/http/preferences.ts';
import { createGatewayServer } from '../../api/http/server.ts';
import { close, listen } from '../../shared/net/http.ts';
import { createSecretBrake } from '../../shared/net/secret-brake.ts';
import { createLog } from '../../shared/service/log.ts';
import { systemClock } from '../../shared/wait.ts';
import { createFakeJobs, type FakeJobs } from './fake-jobs.ts';

export interface TestGateway {
  readonly url: string;
  readonly jobs: FakeJobs;
  /** Every line logged so far. */
  readonly logged: string[];
  readonly stop: () => Promise<void>;
}

/** The real app on a free port of loopback, over a fake job module. */
export async function startGateway(overrides: Partial<AppOptions> = {}, wantedPort = 0): Promise<TestGateway> {
  const jobs = createFakeJobs();
  const logged: string[] = [];
  const log = createLog({ service: 'test', level: 'info', destination: { write: (line) => logged.push(line) } });
  const server = createGatewayServer({ publicUrl: overrides.publicUrl, log });
  const { port }: AddressInfo = await listen(server, wantedPort, '127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  const app = createApp({
    jobs,
    dialects,
    apiKeys: undefined,
    brake: createSecretBrake(systemClock),
    limit: createRateLimit({ perMinute: 0 }),
    maxPixels: 16_777_216,
    bodies: createBodyBudget(toBodyLimits(160_000_000)),
    waitBudgetMs: 1000,
    safeMode: false,
    metadata: 'full',
    saveFile: async () => '/data/file.png',
    preferences: createPreferences(),
    streams: createStreamLimit(),
    describe: createDescribe({
      version: '1.0.0',
      publicUrl: overrides.publicUrl,
      engines: () => ['perchance', 'sketch'],
      needsKey: overrides.apiKeys !== undefined,
      now: () => 1_000_000,
    }),
    log,
    version: '1.0.0',
    status: () => ({ worker: 'ready', details: {} }),
    notReady: async () => [],
    learnEngines: async () => undefined,
    publicUrl: undefined,
    dataDirectory: tmpdir(),
    trustProxy: toTrustProxy('none'),
    hsts: true,
    corsOrigins: undefined,
    adminKey: undefined,
    removePicture: async () => undefined,
    collectImage: async () => false,
    viewStatus: (reasons) => ({
      ...{ worker: 'ready', version: '1.0.0', reasons, engines: [], stores: [], workers: [], waiting: 0 },
      ...{ remembered: 0, requests: 0, usage: { since: 0, awakeHours: 0, bytesOut: 0 } },
    }),
    answerMetrics: (_request, response) => void response.type('text/plain').send('easel_build_info 1\n'),
    ...overrides,
  });
  server.on('request', app);
  return { url, jobs, logged, stop: () => close(server, 100) };
}
