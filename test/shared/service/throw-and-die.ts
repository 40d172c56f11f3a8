import { createLog } from '../../../shared/service/log.ts';
import { stopOnSignal } from '../../../shared/service/run-service.ts';

/** A service that writes more than its pipe holds, and then throws. */

const LINES = 5000;
const log = createLog({ service: 'test', level: 'info' });
stopOnSignal(log, async () => undefined);
for (let count = 0; count < LINES; count += 1) log.info({ count }, 'a line that nobody reads');
setTimeout(() => {
  throw new Error('a bug');
}, 100);
