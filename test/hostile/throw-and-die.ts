import { createLog } from '../../shared/service/log.ts';
import { stopOnSignal } from '../../shared/service/run-service.ts';
import { systemClock } from '../../shared/wait.ts';
import type { DrivenPage } from '../../worker/browser/pages.ts';
import { createBrowserSupervisor } from '../../worker/browser/supervisor.ts';

// Throws an error that no code can catch, while a job runs on a page: `library` in Playwright, `own` in a timer of ours.
// Then prints how the job ended.

type Connection = { dispatch(message: object): void };

const log = createLog({ service: 'test', level: 'info' });
const pages = createBrowserSupervisor({ restartAfterPages: 0, idleShutdownMs: 0, clock: systemClock, log });
stopOnSignal(log, pages.stop, { survive: pages.survive });

/** Throws as Playwright's driver does when the parent of a new object is gone. */
function throwInLibrary(page: DrivenPage): void {
  const { _connection: connection } = page as unknown as { _connection: Connection };
  const orphan = { guid: 'page@gone', method: '__create__', params: { type: 'Disposable', guid: 'disposable@new' } };
  setImmediate(connection.dispatch.bind(connection), orphan);
}

function throwOurselves(): void {
  setImmediate(() => {
    throw new Error('a bug of ours');
  });
}

let runs = 0;
const recipe = { name: 'blank', prepare: async () => undefined, keepsIdentity: false, maxAgeMs: 60_000 };
const task = async (page: DrivenPage): Promise<string> => {
  runs += 1;
  if (runs === 1) {
    if (process.argv[2] === 'library') throwInLibrary(page);
    else throwOurselves();
    await page.evaluate(() => new Promise<void>(() => undefined));
  }
  return page.evaluate(() => 'served');
};
const answer = await pages.use(recipe, task, { signal: AbortSignal.timeout(20_000), onProgress: () => undefined });
await pages.stop();
process.stdout.write(`${answer} after ${runs} runs\n`);
process.exit(0);
