import { z } from 'zod';
import { createDelivery } from './deliver.ts';
import { EXIT, type ExitCode, Failure } from './failure.ts';
import { reportFailure, requireDone } from './generate.ts';
import { type JobAddress, toJobAddress } from './job.ts';
import { toPreview, toTarget } from './plan.ts';
import type { Session } from './session.ts';
import { toPrintable } from './text.ts';

/** Commands about existing jobs and about the gateway. Each resolves with the exit code. */

/** `easel get ID`. An interrupt does not cancel the job, because another command started it. */
export async function get(words: readonly string[], session: Session): Promise<ExitCode> {
  const address = requireAddress('get', words);
  const { values, progress } = session;
  const gateway = session.connect();
  try {
    const ended = await gateway.follow(await gateway.find(address), (job) => progress.show(job));
    const target = toTarget(values, (ended.images?.length ?? 0) > 1);
    const delivery = createDelivery(session, { target, preview: toPreview(values) });
    await delivery.check();
    await delivery.deliver(requireDone(ended));
    return EXIT.ok;
  } catch (error) {
    session.signal.throwIfAborted();
    return reportFailure(error, session, { job_id: address.id });
  } finally {
    progress.clear();
  }
}

/** `easel cancel ID`. */
export async function cancel(words: readonly string[], session: Session): Promise<ExitCode> {
  const job = await session.connect().cancel(requireAddress('cancel', words));
  session.print(session.isJson ? JSON.stringify(job) : `${job.job_id}: ${job.status}`);
  return EXIT.ok;
}

function requireAddress(command: string, words: readonly string[]): JobAddress {
  const [text, ...more] = words;
  if (text !== undefined && more.length === 0) return toJobAddress(text);
  throw new Failure(EXIT.usage, `easel ${command} takes the id of one job. For a prompt: easel -- "${command} …"`);
}

const statusSchema = z.looseObject({
  version: z.string().optional(),
  worker: z.string().optional(),
  ready: z.boolean().optional(),
  reasons: z.array(z.string()).default([]),
  waiting: z.number().optional(),
});

/** `easel status`: 0 when a picture can be made now, else 75. */
export async function status(words: readonly string[], session: Session): Promise<ExitCode> {
  if (words.length > 0) throw new Failure(EXIT.usage, 'easel status takes nothing. For a prompt: easel -- "status …"');
  const parsed = statusSchema.safeParse(await session.connect().status());
  if (!parsed.success) throw new Failure(EXIT.unreachable, `The server at ${session.base} is not Easel.`);
  const { version = '', worker = 'unknown', ready = false, reasons, waiting } = parsed.data;
  if (session.isJson) session.print(JSON.stringify(parsed.data));
  else {
    const facts = [`worker ${worker}`, ...(waiting === undefined ? [] : [`${waiting} waiting`])];
    session.print(
      `Easel ${toPrintable(version)} at ${session.base}: ${ready ? 'ready' : 'not ready'} (${facts.map(toPrintable).join(', ')})`,
    );
    for (const reason of reasons) session.print(`  ${toPrintable(reason)}`);
  }
  return ready ? EXIT.ok : EXIT.busy;
}
