import type { AxiosInstance } from 'axios';
import { AppError, toAppError } from '../../../shared/errors.ts';
import type { Clock } from '../../../shared/wait.ts';
import { callUpstream, isSuccess, readJson, type UpstreamReply } from '../../upstream/upstream.ts';
import type { EngineContext } from '../engine.ts';
import { toReplyFailure, toShapeFailure, toTextFailure } from './failures.ts';
import { type PiclumenPicture, type PiclumenTask, tasksSchema } from './schema.ts';

const STATUS_PATH = '/api/task/batch-process-task';
const POLL_MS = 2000;
/** Pause of the service's own clients after a 429 that names none. */
const RATE_LIMIT_PAUSE_MS = 20_000;

interface PollOptions extends EngineContext {
  readonly client: AxiosInstance;
  readonly clock: Clock;
  readonly headers: Readonly<Record<string, string>>;
  readonly markId: string;
  readonly secrets: readonly string[];
}

/** Asks every two seconds until the task is done or has failed. The signal is its only deadline. */
export async function waitForPictures(options: PollOptions): Promise<readonly PiclumenPicture[]> {
  const { clock, signal, markId, secrets } = options;
  const report = createReporter(options.onProgress);
  let wasTroubled = false;
  for (let pauseMs = POLL_MS; ; ) {
    await clock.wait(pauseMs, signal);
    pauseMs = POLL_MS;
    const answer = await ask(options).catch((error: unknown) => toAppError(error));
    if (answer instanceof AppError) {
      if (!isTransient(answer)) throw answer;
      if (answer.code === 'engine_busy') pauseMs = answer.details.restMs ?? RATE_LIMIT_PAUSE_MS;
      /** The picture is paid for, so one bad answer (such as a proxy's page) does not end the wait. */ else if (
        wasTroubled
      )
        throw answer;
      else wasTroubled = true;
      continue;
    }
    wasTroubled = false;
    const task = answer.find((entry) => (entry.markId ?? markId) === markId);
    if (task === undefined) continue;
    const pictures = task.img_urls ?? [];
    switch (task.status) {
      case 'success':
        if (pictures.length > 0) return pictures;
        throw toTextFailure(STATUS_PATH, task.info ?? 'success without a picture', secrets);
      case 'failed':
      case 'failure':
        throw toTextFailure(STATUS_PATH, task.info ?? 'the task failed without a reason', secrets);
      default:
        /** `running`, `processing`, `pending` and every unknown word mean that the task still runs. */
        report(task);
    }
  }
}

const isTransient = ({ code }: AppError): boolean =>
  code === 'engine_busy' || code === 'engine_failed' || code === 'engine_timeout' || code === 'engine_changed';

async function ask({ client, clock, headers, markId, secrets, signal }: PollOptions): Promise<PiclumenTask[]> {
  const reply = await callUpstream(client, { method: 'POST', url: STATUS_PATH, data: [markId], headers, signal });
  if (!isSuccess(reply)) throw toReplyFailure(reply, secrets, clock.now());
  return readTasks(reply, secrets, clock.now());
}

function readTasks(reply: UpstreamReply, secrets: readonly string[], now: number): PiclumenTask[] {
  const parsed = tasksSchema.safeParse(readJson(reply));
  if (!parsed.success) throw toShapeFailure(reply, secrets, now);
  const { status, message, data } = parsed.data;
  if (status !== 0) throw toTextFailure(reply.call, message ?? `status ${status}`, secrets);
  return data ?? [];
}

/** Reports each new status of Piclumen once. A place in the queue counts as waiting. */
function createReporter(onProgress: EngineContext['onProgress']): (task: PiclumenTask) => void {
  let last = '';
  return ({ status, index }) => {
    const engineStatus = /^[\w -]{1,40}$/.test(status ?? '') ? (status ?? '') : 'unknown';
    const stage = (index ?? -1) > 0 ? 'queue' : 'generate';
    if (`${stage} ${engineStatus}` === last) return;
    last = `${stage} ${engineStatus}`;
    onProgress({ stage, engineStatus });
  };
}
