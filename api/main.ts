import '../shared/service/require-node.ts';
import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import type { Redis } from 'ioredis';
import { isWritable, openDataDirectory } from '../shared/files/data-directory.ts';
import { toMaxBytes } from '../shared/files/kept-files.ts';
import { bytesSent, close } from '../shared/net/http.ts';
import { createSecretBrake } from '../shared/net/secret-brake.ts';
import { listenAsSet } from '../shared/service/listen-as-set.ts';
import { createLog, type Logger } from '../shared/service/log.ts';
import { readEnvironment, readVersion, runService, stopOnSignal } from '../shared/service/run-service.ts';
import { answerMetrics } from '../shared/telemetry/metrics.ts';
import { openTraces } from '../shared/telemetry/settings.ts';
import { systemClock } from '../shared/wait.ts';
import { type GatewaySettings, readGatewaySettings, requireWorkers } from './config.ts';
import { dialects } from './dialects/index.ts';
import { encodeJob } from './dialects/job-answer.ts';
import { createApp } from './http/app.ts';
import { createBodyBudget, toBodyLimits } from './http/body/body-budget.ts';
import { createDescribe } from './http/describe-service.ts';
import { createEngineList } from './http/engine-list.ts';
import { createStreamLimit } from './http/events/stream-limit.ts';
import { createRateLimit } from './http/middleware/rate-limit.ts';
import { createPreferences } from './http/preferences.ts';
import { createToAbsoluteUrl } from './http/public-url.ts';
import { createSaveFile } from './http/save-file.ts';
import { createGatewayServer } from './http/server.ts';
import type { JobsStatus } from './jobs/job.ts';
import { createPromptPolicy } from './policy/prompt-policy.ts';
import { loadPolicyRules } from './policy/rules/policy-rules.ts';
import { createGatewayMetrics } from './telemetry/gateway-metrics.ts';
import { createHistory } from './telemetry/history.ts';
import { createGatewayObserver } from './telemetry/observe.ts';
import { createStatusView, enginesOf } from './telemetry/status-view.ts';
import { createUsageCount } from './telemetry/usage.ts';

/** Long enough for most pictures, and within the 30 s that Render allows. */
const GRACE_MS = 25_000;
/** Time for the answers to callers that still wait after the grace period. */
const LAST_ANSWERS_MS = 2000;

/** Instance hours of Render’s free plan in a month (https://render.com/docs/free). */
const RENDER_FREE_HOURS = 750;

/** What the gateway keeps in DATA_DIR. */
const KEPT_NAMES = ['jobs.sqlite', 'jobs.sqlite-wal', 'jobs.sqlite-shm', 'images', 'kept', 'saved'];

const NOTHING_KNOWN: JobsStatus = { worker: 'unreachable', workers: [], waiting: 0 };

const UNWRITABLE = 'The gateway cannot write to its DATA_DIR.';

await runService(async () => {
  const environment = readEnvironment();
  const settings = readGatewaySettings(environment);
  requireWorkers(settings);
  const dataDirectory = resolve(settings.DATA_DIR);
  await openDataDirectory(dataDirectory, KEPT_NAMES);
  const log = createLog({ service: 'gateway', level: settings.LOG_LEVEL, withPrompts: settings.LOG_PROMPTS });
  const clock = systemClock;
  const version = readVersion();

  const rates = await openRates(settings, log);
  const traces = openTraces(settings, { service: 'gateway', version, log });
  const history = createHistory(clock);
  const server = createGatewayServer({ publicUrl: settings.PUBLIC_URL, log });
  // On a shared queue, runs end while the job module is still being made.
  let status = (): JobsStatus => NOTHING_KNOWN;
  const { metrics, counts } = createGatewayMetrics(version, {
    waiting: () => status().waiting,
    workers: () => status().workers,
    bytesSent: () => bytesSent(server),
  });
  const observer = createGatewayObserver({ counts, traces, history, engines: () => enginesOf(status()) });
  const stopping = new AbortController();
  const usage = await createUsageCount({
    path: join(dataDirectory, 'usage.json'),
    bytesSent: () => bytesSent(server),
    freeHours: environment.RENDER === undefined ? undefined : RENDER_FREE_HOURS,
    signal: stopping.signal,
    clock,
    log,
  });
  const localUrl = `http://localhost:${settings.PORT}`;
  // Imported late, because an older Node has no `node:sqlite`, and `require-node.ts` must report that first.
  const { createJobs } = await import('./jobs/index.ts');
  const jobs = await createJobs({
    settings,
    policy: createPromptPolicy({ rules: await loadRules(settings) }),
    encodeJob: (job, callerUrl) => encodeJob(job, createToAbsoluteUrl(settings.PUBLIC_URL ?? callerUrl ?? localUrl)),
    observer,
    clock,
    log,
  });
  status = jobs.status;
  const engines = await createEngineList({
    path: join(dataDirectory, 'engines.json'),
    heard: () => enginesOf(jobs.status()).map(({ name }) => name),
    ask: jobs.notReady,
    log,
  });
  const app = createApp({
    jobs,
    dialects,
    apiKeys: settings.API_KEYS,
    brake: createSecretBrake(clock),
    limit: createRateLimit({ perMinute: settings.RATE_LIMIT_PER_MINUTE, redis: rates }),
    maxPixels: settings.MAX_PIXELS_PER_REQUEST,
    bodies: createBodyBudget(toBodyLimits(getHeapStatistics().heap_size_limit)),
    waitBudgetMs: settings.WAIT_BUDGET_MS,
    safeMode: settings.SAFE_MODE,
    metadata: settings.METADATA,
    saveFile: createSaveFile({ dataDirectory, maxBytes: toMaxBytes(settings.DISK_MAX_MB), clock }),
    preferences: createPreferences(),
    streams: createStreamLimit(),
    describe: createDescribe({
      version,
      publicUrl: settings.PUBLIC_URL,
      engines: engines.names,
      needsKey: settings.API_KEYS !== undefined,
      now: clock.now,
    }),
    log,
    version,
    // Without `npm start` nobody has named this process.
    instance: environment.EASEL_INSTANCE ?? randomUUID(),
    status: () => {
      const { worker, ...details } = jobs.status();
      return { worker, details };
    },
    notReady: async () => [...(await jobs.notReady()), ...((await isWritable(dataDirectory)) ? [] : [UNWRITABLE])],
    learnEngines: engines.learn,
    publicUrl: settings.PUBLIC_URL,
    dataDirectory,
    trustProxy: settings.TRUST_PROXY,
    hsts: settings.HSTS,
    corsOrigins: settings.CORS_ORIGINS,
    adminKey: settings.ADMIN_KEY,
    removePicture: jobs.removePicture,
    collectImage: jobs.collectImage,
    onAnswered: observer.answered,
    viewStatus: createStatusView({ version, status: jobs.status, history, usage }),
    answerMetrics: answerMetrics(metrics),
  });

  server.on('request', app);
  const port = await listenAsSet(server, settings);
  log.info({ port, version }, 'the gateway listens');
  const stop = async (): Promise<void> => {
    stopping.abort();
    await Promise.all([
      ...[close(server, GRACE_MS + LAST_ANSWERS_MS), jobs.stop({ graceMs: GRACE_MS })],
      ...[engines.keep(), usage.keep()],
    ]);
    rates?.disconnect();
    await traces?.stop();
  };
  stopOnSignal(log, stop, { instance: environment.EASEL_INSTANCE });
});

async function loadRules({ PROMPT_POLICY_FILE: path }: GatewaySettings): ReturnType<typeof loadPolicyRules> {
  return path === undefined ? [] : loadPolicyRules(path);
}

/** Imported on demand: the client of Redis takes some megabytes, which a single gateway does not need. */
async function openRates({ REDIS_URL }: GatewaySettings, log: Logger): Promise<Redis | undefined> {
  if (REDIS_URL === undefined) return undefined;
  const { openRateConnection } = await import('./http/middleware/rate-connection.ts');
  return openRateConnection(REDIS_URL, log);
}
