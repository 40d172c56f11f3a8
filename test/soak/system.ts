import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyPrograms } from '../bench/own-files.ts';
import { limitMemory, type MemoryLimit } from '../bench/processes.ts';
import { type ChromiumProcesses, watchChromium } from '../e2e/chromium-processes.ts';
import { createService, type Environment, type Service } from '../e2e/service.ts';
import { WORKER_TOKEN } from '../e2e/services.ts';
import { createImgurStandIn, type ImgurStandIn } from '../stand-ins/imgur/imgur-stand-in.ts';
import { createOpenaiStandIn, type OpenaiStandIn } from '../stand-ins/openai/openai-stand-in.ts';
import { createPerchanceStandIn, type PerchanceStandIn } from '../stand-ins/perchance/perchance-stand-in.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { removeDirectory } from '../support/remove-directory.ts';
import { createLink, type Link } from './link.ts';
import { createServiceClock, faketimeLibrary, removeLeftovers, type ServiceClock } from './service-clock.ts';

/** Everything that runs during a soak: both services as processes, stand-ins of upstreams, and the link between them. */
export interface System {
  readonly url: string;
  readonly gateway: Service;
  readonly worker: Service;
  readonly perchance: PerchanceStandIn;
  readonly openai: OpenaiStandIn;
  readonly imgur: ImgurStandIn;
  /** The link between the gateway and its worker, or between both and Redis. */
  readonly link: Link;
  readonly redis: RedisServer | undefined;
  readonly chromium: ChromiumProcesses;
  readonly dataDirectory: string;
  /** Undefined where libfaketime is not installed. */
  readonly clocks: { readonly gateway: ServiceClock; readonly worker: ServiceClock } | undefined;
  /** Undefined when this machine allows no memory limit. */
  readonly limits: { readonly gateway: MemoryLimit; readonly worker: MemoryLimit } | undefined;
  stop(): Promise<void>;
}

export interface SystemOptions {
  readonly usesRedis: boolean;
  /** Pictures that the worker makes at a time. */
  readonly concurrency: number;
  /** Runs the built services under the limits of a free host, charged for their programs' pages. Otherwise from source. */
  readonly isBuilt: boolean;
}

const GATEWAY_MB = 256;
const WORKER_MB = 512;
const BLUEPRINT = {
  gateway: ['--max-old-space-size=160', '--max-semi-space-size=4'],
  worker: ['--max-old-space-size=128', '--max-semi-space-size=2'],
};

interface Outside {
  readonly perchance: PerchanceStandIn;
  readonly openai: OpenaiStandIn;
  readonly imgur: ImgurStandIn;
}

const toWorkerEnv = ({ perchance, openai, imgur }: Outside): Environment => ({
  ENGINES: 'openai,perchance,sketch',
  STORES: 'imgur,disk',
  OPENAI_BASE_URL: `${openai.url}/v1`,
  PERCHANCE_URL: perchance.url,
  PERCHANCE_EMBED_URL: perchance.embedUrl,
  PERCHANCE_PAGE_URL: perchance.imagePageUrl,
  PERCHANCE_WAY: 'embed',
  IMGUR_API_URL: imgur.apiUrl,
  IMGUR_CLIENT_ID: imgur.clientId,
});

export async function startSystem({ usesRedis, concurrency, isBuilt }: SystemOptions): Promise<System> {
  const root = await mkdtemp(join(tmpdir(), 'easel-soak-'));
  const dataDirectory = join(root, 'data');
  await mkdir(dataDirectory);
  const chromium = await watchChromium();
  const outside = {
    perchance: await createPerchanceStandIn(),
    openai: await createOpenaiStandIn('localai'),
    imgur: await createImgurStandIn(),
  };
  const redis = usesRedis ? await startRedis() : undefined;
  const limits = isBuilt ? limitBoth() : undefined;
  const clocks = faketimeLibrary === undefined ? undefined : createClocks(faketimeLibrary, root);
  const own = limits && (await copyPrograms(root));
  const underLimit = (limit: MemoryLimit | undefined) =>
    limit && own && (([, ...args]: readonly string[]) => limit.wrap([own.node, ...args]));
  const common = {
    ...{ HOST: '127.0.0.1', DATA_DIR: dataDirectory, WORKER_TOKEN, JOB_SECRET: 'secret-of-the-soaked-gateway' },
    ...{ TMPDIR: chromium.directory, MALLOC_ARENA_MAX: '2', NODE_ENV: 'production' },
  };
  const env = {
    ...common,
    ...toWorkerEnv(outside),
    CONCURRENCY: String(concurrency),
    ...(own && { CHROMIUM_PATH: own.chromium }),
  };

  // A service's port is known before it starts, but the link's port only after the link's target is known.
  let redisUrl: Environment = {};
  let link: Link | undefined;
  if (redis !== undefined) {
    link = await createLink(Number(new URL(redis.url).port));
    redisUrl = { REDIS_URL: `redis://127.0.0.1:${link.port}` };
  }
  const worker = await createService({
    ...(isBuilt ? { file: 'dist/worker/main.js', flags: BLUEPRINT.worker } : { file: 'worker/main.ts' }),
    ...{
      directory: dataDirectory,
      env: { ...env, ...redisUrl, ...clocks?.worker.env },
      wrap: underLimit(limits?.worker),
    },
  });
  link ??= await createLink(Number(new URL(worker.url).port));
  const way = redis === undefined ? { WORKER_URL: `http://127.0.0.1:${link.port}` } : redisUrl;
  const gateway = await createService({
    ...(isBuilt ? { file: 'dist/api/main.js', flags: BLUEPRINT.gateway } : { file: 'api/main.ts' }),
    ...{ directory: dataDirectory, wrap: underLimit(limits?.gateway) },
    env: { ...common, ...way, RATE_LIMIT_PER_MINUTE: '0', ...clocks?.gateway.env },
  });

  const stop = async (): Promise<void> => {
    await Promise.all([gateway.kill('SIGTERM'), worker.kill('SIGTERM')]);
    await Promise.all([outside.perchance.stop(), outside.openai.close(), outside.imgur.stop(), redis?.close()]);
    await link.close();
    limits?.gateway.remove();
    limits?.worker.remove();
    await chromium.remove();
    if (clocks !== undefined) removeLeftovers();
    await removeDirectory(root);
  };
  try {
    await Promise.all([worker.start(), gateway.start()]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: gateway.url, gateway, worker, ...outside, link, redis, chromium, dataDirectory, clocks, limits, stop };
}

const createClocks = (library: string, directory: string): System['clocks'] => ({
  gateway: createServiceClock(library, join(directory, 'gateway-clock')),
  worker: createServiceClock(library, join(directory, 'worker-clock')),
});

function limitBoth(): System['limits'] {
  const gateway = limitMemory(GATEWAY_MB);
  const worker = limitMemory(WORKER_MB);
  return gateway === undefined || worker === undefined ? undefined : { gateway, worker };
}
