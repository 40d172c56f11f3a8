import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createService, type Environment, type Service } from '../e2e/service.ts';
import { pictureOf } from '../stand-ins/picture-of.ts';
import { createFakeWorker, type FakeWorker } from '../stand-ins/worker/fake-worker.ts';
import { removeDirectory } from '../support/remove-directory.ts';

/** A real gateway in its own process, with a scripted worker. */
export interface OwnGateway {
  readonly gateway: Service;
  readonly worker: FakeWorker;
  /** The bytes of every picture that the gateway serves. */
  readonly picture: Buffer;
  /** A folder for files of the test, removed at the end. */
  readonly directory: string;
  stop(): Promise<void>;
}

export async function startOwnGateway(env: Environment = {}): Promise<OwnGateway> {
  const directory = await mkdtemp(join(tmpdir(), 'easel-cli-'));
  const worker = await createFakeWorker({ store: 'disk', concurrency: 1 });
  const picture = await pictureOf('a red fox', { width: 96, height: 64 });
  worker.picture = picture;
  const gateway = await createService({
    file: 'api/main.ts',
    directory,
    env: {
      ...{ HOST: '127.0.0.1', DATA_DIR: join(directory, 'data'), WORKER_URL: worker.url, WORKER_TOKEN: worker.token },
      ...{ RATE_LIMIT_PER_MINUTE: '0', LOG_LEVEL: 'info', ...env },
    },
  });
  await gateway.start();
  return {
    ...{ gateway, worker, picture, directory },
    stop: async () => {
      await gateway.kill('SIGTERM');
      await worker.close();
      await removeDirectory(directory);
    },
  };
}
