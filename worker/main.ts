import '../shared/service/require-node.ts';
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { openDataDirectory } from '../shared/files/data-directory.ts';
import { bytesSent, close } from '../shared/net/http.ts';
import { listenAsSet } from '../shared/service/listen-as-set.ts';
import { createLog, type Logger } from '../shared/service/log.ts';
import { readEnvironment, readVersion, runService, stopOnSignal } from '../shared/service/run-service.ts';
import { openTraces } from '../shared/telemetry/settings.ts';
import { systemClock } from '../shared/wait.ts';
import { createBrowserSupervisor } from './browser/supervisor.ts';
import { configure, type WorkerSettings } from './config.ts';
import { createWorker, type WorkerOptions } from './worker.ts';

/** Long enough for most pictures, and within the 30 s that Render allows. */
const GRACE_MS = 25_000;
const LAST_ANSWERS_MS = 1000;
/** How long gateways can read a run of the shared queue after its end. */
const KEEP_MS = 86_400_000;

/** What the worker keeps in DATA_DIR. */
const KEPT_NAMES = ['images', 'shelf'];

await runService(async () => {
  const environment = readEnvironment();
  const clock = systemClock;

  function createServices(settings: WorkerSettings) {
    const log = createLog({ service: 'worker', level: settings.LOG_LEVEL, withPrompts: settings.LOG_PROMPTS });
    const dataDirectory = resolve(settings.DATA_DIR);
    const pages = createBrowserSupervisor({
      executablePath: settings.CHROMIUM_PATH,
      environment,
      restartAfterPages: settings.CHROMIUM_RESTART_AFTER,
      idleShutdownMs: settings.CHROMIUM_IDLE_SHUTDOWN_MS,
      memoryLimitMb: settings.MEMORY_LIMIT_MB,
      clock,
      log,
    });
    return { forEngines: { pages, clock, log, dataDirectory }, forStores: { clock, dataDirectory } };
  }

  const { settings, services, engines, stores } = configure(environment, createServices);
  const { log, pages, dataDirectory } = services.forEngines;
  await openDataDirectory(dataDirectory, KEPT_NAMES);
  const version = readVersion();
  const name = `${hostname()}:${process.pid}`;
  const traces = openTraces(settings, { service: 'worker', version, log });
  const server = createServer();
  const worker = createWorker({
    name,
    createQueue: await toCreateQueue(settings, name, log),
    traces,
    bytesSent: () => bytesSent(server),
    tokens: settings.WORKER_TOKEN,
    version,
    instance: environment.EASEL_INSTANCE,
    concurrency: settings.CONCURRENCY,
    maxWaiting: settings.MAX_WAITING,
    engineTimeoutMs: settings.ENGINE_TIMEOUT_MS,
    fallbackWithinMs: settings.FALLBACK_WITHIN_MS,
    dataDirectory,
    engines,
    stores,
    pages,
    clock,
    log,
  });

  server.on('request', worker.app);
  const port = await listenAsSet(server, settings);
  const names = { engines: engines.map(({ name }) => name), stores: stores.map(({ name }) => name) };
  log.info({ port, version, ...names }, 'the worker listens');
  const stop = async (): Promise<void> => {
    await worker.stop(GRACE_MS);
    await close(server, LAST_ANSWERS_MS);
    await traces?.stop();
  };
  stopOnSignal(log, stop, { instance: environment.EASEL_INSTANCE, survive: pages.survive });
  await worker.start();
});

async function toCreateQueue(
  settings: WorkerSettings,
  name: string,
  log: Logger,
): Promise<WorkerOptions['createQueue']> {
  const { REDIS_URL: url, WORKER_TOKEN: workerTokens, CONCURRENCY: concurrency } = settings;
  if (url === undefined) return undefined;
  const clock = systemClock;
  // Imported on demand: BullMQ and its clients take 30 MB, which a worker without a shared queue does not need.
  const { createRedisBackend } = await import('../shared/queue/redis/backend.ts');
  const backend = createRedisBackend({ url, keepMs: KEEP_MS, clock, log });
  const { createQueueConsumer } = await import('./intake/queue-consumer.ts');
  return (parts) => createQueueConsumer({ ...parts, backend, workerTokens, name, concurrency, clock, log });
}
