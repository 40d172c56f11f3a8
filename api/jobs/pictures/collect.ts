import type { Run } from '../../../shared/queue/run.ts';
import type { Logger } from '../../../shared/service/log.ts';
import type { Pictures } from './pictures.ts';

/** For gateways that share their runs. When the bytes of a picture have expired, its result still stands. */
export function createCollect(pictures: Pictures, log: Logger): (run: Run) => Promise<void> {
  return async ({ id, result, request }) => {
    if (result === undefined) return;
    try {
      await pictures.secure(result, request);
    } catch (error) {
      log.warn({ runId: id, reason: String(error) }, 'a finished picture could not be brought here');
    }
  };
}
