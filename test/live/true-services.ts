import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../../shared/service/log.ts';
import { systemClock } from '../../shared/wait.ts';
import type { BrowserPages } from '../../worker/browser/pages.ts';
import { createBrowserSupervisor } from '../../worker/browser/supervisor.ts';
import type { EngineServices } from '../../worker/engines/engine.ts';
import { removeDirectory } from '../support/remove-directory.ts';

/** Names out of `LIVE_TESTS`: only what is named there is asked over the internet. */
const named = (process.env.LIVE_TESTS ?? '').split(',').map((name) => name.trim());

/** For the option `skip` of a test. */
export const skipUnlessNamed = (name: string): string | false =>
  named.includes(name) ? false : `LIVE_TESTS does not name ${name}`;

/** What a worker lends to engines and stores, with a directory of its own. */
export async function openServices(): Promise<EngineServices & { close(): Promise<void> }> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'easel-live-'));
  const log = createLog({ service: 'live', level: 'warn' });
  const clock = systemClock;
  const pages: BrowserPages = createBrowserSupervisor({ restartAfterPages: 0, idleShutdownMs: 0, clock, log });
  const close = async (): Promise<void> => {
    await pages.stop();
    await removeDirectory(dataDirectory);
  };
  return { pages, clock, log, dataDirectory, close };
}
