import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeDirectory } from '../support/remove-directory.ts';
import { createService, type Environment, type Service } from './service.ts';

/** Gateway and worker as real processes on free ports of loopback, with the embedded engine. */
export interface Services {
  /** Of the gateway. */
  readonly url: string;
  readonly workerUrl: string;
  readonly gateway: Service;
  readonly worker: Service;
  /** Shared by both. */
  readonly dataDirectory: string;
  /** Stops both and removes their data. */
  stop(): Promise<void>;
}

export interface ServicesOptions {
  /** Of both. */
  readonly env?: Environment;
  readonly gatewayEnv?: Environment;
  readonly workerEnv?: Environment;
  /** Default: both. */
  readonly start?: readonly ('gateway' | 'worker')[];
}

export const WORKER_TOKEN = 'token-between-the-services';

export async function startServices(options: ServicesOptions = {}): Promise<Services> {
  const { env, gatewayEnv, workerEnv, start = ['gateway', 'worker'] } = options;
  const dataDirectory = await mkdtemp(join(tmpdir(), 'easel-e2e-'));
  const common = { ...env, HOST: '127.0.0.1', DATA_DIR: dataDirectory, WORKER_TOKEN };
  const worker = await createService({
    file: 'worker/main.ts',
    directory: dataDirectory,
    env: { ENGINES: 'sketch', STORES: 'disk', ...common, ...workerEnv },
  });
  const gateway = await createService({
    file: 'api/main.ts',
    directory: dataDirectory,
    env: { WORKER_URL: worker.url, RATE_LIMIT_PER_MINUTE: '0', ...common, ...gatewayEnv },
  });
  const stop = async (): Promise<void> => {
    await Promise.all([gateway.kill('SIGTERM'), worker.kill('SIGTERM')]);
    await removeDirectory(dataDirectory);
  };
  const services = { gateway, worker };
  const started = await Promise.allSettled(start.map((name) => services[name].start()));
  const failed = started.find((result) => result.status === 'rejected');
  if (failed === undefined) return { url: gateway.url, workerUrl: worker.url, dataDirectory, stop, ...services };
  await stop();
  throw failed.reason;
}
