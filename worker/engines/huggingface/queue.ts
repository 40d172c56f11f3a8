import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../../shared/wait.ts';
import { isSuccess, readJson, type UpstreamReply } from '../../upstream/upstream.ts';
import type { EngineContext } from '../engine.ts';
import type { RouterAt } from './router.ts';

const POLL_MS = 1000;

interface QueueWait extends EngineContext {
  readonly router: RouterAt;
  readonly clock: Clock;
  readonly headers: Readonly<Record<string, string>>;
  /** The answer to the submission. */
  readonly first: UpstreamReply;
}

/** Waits for the answer that holds the pictures, or for the first error. The signal is the deadline. */
export async function waitInQueue({
  router,
  clock,
  headers,
  first,
  signal,
  onProgress,
}: QueueWait): Promise<UpstreamReply> {
  const { queue } = router.shape;
  if (queue === undefined || !isSuccess(first)) return first;
  const ticket = queue.ticket.safeParse(readJson(first)).data;
  /** Without a ticket, the provider has already finished. */
  if (ticket === undefined) return first;
  const path = readPath(ticket);
  for (let last = ''; ; ) {
    await clock.wait(POLL_MS, signal);
    const reply = await router.send(queue.toStatusPath(path), headers, signal);
    if (!isSuccess(reply)) return reply;
    const status = queue.status.safeParse(readJson(reply)).data ?? 'unknown';
    if (queue.done.includes(status)) {
      return queue.toResultPath === undefined ? reply : router.send(queue.toResultPath(path), headers, signal);
    }
    if (queue.failed.includes(status)) throw new AppError('engine_failed', `${reply.call}: the task failed`);
    if (status === last) continue;
    last = status;
    onProgress({ stage: 'generate', engineStatus: /^\w{1,40}$/.test(status) ? status : 'unknown' });
  }
}

/** The token is sent only to the router, so the host in the ticket is ignored. */
function readPath(ticket: string): string {
  if (URL.canParse(ticket)) return new URL(ticket).pathname;
  throw new AppError('engine_changed', 'huggingface: the ticket of the queue is no address');
}
