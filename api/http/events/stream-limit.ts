import { AppError } from '../../../shared/errors.ts';

/** Limits event streams for each caller and for all together, because each holds a connection for minutes. */
export interface StreamLimit {
  /** Throws `rate_limited` or `queue_full`. Call the returned function once, when the stream has ended. */
  enter(callerId: string): () => void;
}

interface StreamLimitOptions {
  readonly ofCaller?: number;
  readonly inAll?: number;
}

const OF_CALLER = 32;
const IN_ALL = 512;
const RETRY_SECONDS = 5;

export function createStreamLimit({ ofCaller = OF_CALLER, inAll = IN_ALL }: StreamLimitOptions = {}): StreamLimit {
  const open = new Map<string, number>();
  let all = 0;

  return {
    enter: (callerId) => {
      const own = open.get(callerId) ?? 0;
      if (own >= ofCaller)
        throw refusal('rate_limited', `You have ${own} event streams open, which is the limit. Close one first.`);
      if (all >= inAll) throw refusal('queue_full', 'The service has too many open event streams. Try again soon.');
      open.set(callerId, own + 1);
      all += 1;
      return () => {
        const left = (open.get(callerId) ?? 1) - 1;
        all -= 1;
        if (left > 0) open.set(callerId, left);
        else open.delete(callerId);
      };
    },
  };
}

const refusal = (code: 'rate_limited' | 'queue_full', publicMessage: string): AppError =>
  new AppError(code, 'over the limit of event streams', { publicMessage, retryAfterSeconds: RETRY_SECONDS });
