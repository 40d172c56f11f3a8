import { createDelivery, type Delivery } from './deliver.ts';
import { EXIT, type ExitCode, Failure, toExitCode } from './failure.ts';
import { addressOf } from './gateway.ts';
import type { Job } from './job.ts';
import { readPrompts, toPlan } from './plan.ts';
import type { Session } from './session.ts';
import { toPrintable } from './text.ts';

/** `easel "a red fox"` and `easel -`: makes a picture of each prompt. Resolves with the exit code. */
export async function generate(words: readonly string[], session: Session): Promise<ExitCode> {
  const isMany = words.length === 1 && words[0] === '-';
  const prompt = words.join(' ').trim();
  if (prompt === '') throw new Failure(EXIT.usage, 'No prompt came. Try `easel "a red fox"`, or `easel --help`.');
  const plan = toPlan(session.values, isMany);
  const delivery = createDelivery(session, plan);
  await delivery.check();
  const prompts = isMany ? readPrompts(session.surroundings, session.signal) : [prompt];
  let worst: ExitCode = EXIT.ok;
  let number = 0;
  for await (const one of prompts) {
    number += 1;
    for (const [index, part] of plan.parts.entries()) {
      const label = toLabel({ part: index + 1, parts: plan.parts.length, number, isMany });
      const code = await makeOne({ ...part, prompt: one }, { session, delivery, label });
      worst ||= code;
      // The remaining prompts would fail for the same reason.
      if (code === EXIT.unreachable) return code;
    }
  }
  return worst;
}

interface LabelParts {
  readonly part: number;
  readonly parts: number;
  readonly number: number;
  readonly isMany: boolean;
}

function toLabel({ part, parts, number, isMany }: LabelParts): string {
  const names = [...(isMany ? [`prompt ${number}`] : []), ...(parts > 1 ? [`${part}/${parts}`] : [])];
  return names.length === 0 ? '' : `${names.join(', ')} · `;
}

interface MakeContext {
  readonly session: Session;
  readonly delivery: Delivery;
  readonly label: string;
}

async function makeOne(
  body: { readonly prompt: string },
  { session, delivery, label }: MakeContext,
): Promise<ExitCode> {
  const gateway = session.connect();
  session.progress.wait(`asking ${session.base}`);
  let job: Job | undefined;
  try {
    job = await gateway.submit(body, { isFresh: session.values.fresh === true });
    session.progress.show(job, label);
    const ended = await gateway.follow(job, (now) => session.progress.show(now, label));
    job = ended;
    await delivery.deliver(requireDone(ended), body.prompt);
    return EXIT.ok;
  } catch (error) {
    if (session.signal.aborted) {
      await cancelOpen(job, session);
      throw session.signal.reason;
    }
    return reportFailure(error, session, { prompt: body.prompt, job_id: job?.job_id });
  } finally {
    session.progress.clear();
  }
}

/** Returns a done job. Throws a Failure for a failed or cancelled one. */
export function requireDone(job: Job): Job {
  const { status, error, code, field } = job;
  if (status === 'done') return job;
  const sentence = status === 'cancelled' ? 'The job was cancelled.' : toPrintable(error ?? 'The job failed.');
  throw new Failure(toExitCode(code), sentence, { code, field });
}

/** Prints a sentence on standard error and, where JSON lines are wanted, one with the error on standard output. */
export function reportFailure(error: unknown, session: Session, line: object): ExitCode {
  if (!(error instanceof Failure)) throw error;
  const { exitCode, message, code, field } = error;
  session.progress.clear();
  session.surroundings.stderr.write(`easel: ${message}\n`);
  if (session.isJson && session.values.output !== '-')
    session.print(JSON.stringify({ success: false, ...line, error: message, code, field }));
  return exitCode;
}

const CANCEL_MS = 5000;

/** Cancels the job, so that the engine does not work for a command that was interrupted. */
async function cancelOpen(job: Job | undefined, session: Session): Promise<void> {
  if (job === undefined || job.status === 'done' || job.status === 'failed' || job.status === 'cancelled') return;
  session.progress.clear();
  const gateway = session.connect({ signal: AbortSignal.timeout(CANCEL_MS), deadline: performance.now() + CANCEL_MS });
  try {
    await gateway.cancel(addressOf(job));
    session.progress.say('easel: cancelled.');
  } catch {
    // The gateway may be gone. The command ends all the same.
    session.progress.say(`easel: the job could not be cancelled. Try: easel cancel ${job.job_id}`);
  }
}
