import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { removeDirectory } from '../support/remove-directory.ts';
import { createService, type Environment, type Service } from './service.ts';
import { WORKER_TOKEN } from './services.ts';

/** Gateways and workers on hosts of their own, which share only the queue's server and their settings. */
export interface Cluster {
  readonly server: RedisServer;
  readonly gateways: readonly Service[];
  readonly workers: readonly Service[];
  /** Where this service keeps its pictures. */
  imagesOf(service: Service): string;
  /** Ends the queue's server for the rest of the test. */
  stopServer(): Promise<void>;
  stop(): Promise<void>;
}

interface ClusterOptions {
  readonly gateways: number;
  readonly workers: number;
  readonly gatewayEnv?: Environment;
  readonly workerEnv?: Environment;
}

export async function startCluster({ gatewayEnv, workerEnv, ...counts }: ClusterOptions): Promise<Cluster> {
  const root = await mkdtemp(join(tmpdir(), 'easel-e2e-'));
  const server = await startRedis();
  const common = { HOST: '127.0.0.1', REDIS_URL: server.url, WORKER_TOKEN };
  const directories = new Map<Service, string>();

  async function create(name: string, file: 'api/main.ts' | 'worker/main.ts', env: Environment): Promise<Service> {
    const directory = join(root, name);
    await mkdir(directory);
    const service = await createService({ file, directory, env: { ...common, DATA_DIR: directory, ...env } });
    directories.set(service, directory);
    return service;
  }

  const several = (count: number, make: (number: number) => Promise<Service>): Promise<Service[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => make(index + 1)));
  const gateways = await several(counts.gateways, (number) =>
    create(`gateway-${number}`, 'api/main.ts', { RATE_LIMIT_PER_MINUTE: '0', ...gatewayEnv }),
  );
  const workers = await several(counts.workers, (number) =>
    create(`worker-${number}`, 'worker/main.ts', { ENGINES: 'sketch', STORES: 'disk', TMPDIR: root, ...workerEnv }),
  );
  const services = [...gateways, ...workers];
  let serverEnded: Promise<void> | undefined;
  const stopServer = (): Promise<void> => {
    serverEnded ??= server.close();
    return serverEnded;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(services.map((service) => service.kill('SIGTERM')));
    await stopServer();
    await removeDirectory(root);
  };
  const started = await Promise.allSettled(services.map((service) => service.start()));
  const failed = started.find((result) => result.status === 'rejected');
  const imagesOf = (service: Service): string => join(directories.get(service) ?? root, 'images');
  if (failed === undefined) return { server, gateways, workers, imagesOf, stopServer, stop };
  await stop();
  throw failed.reason;
}
