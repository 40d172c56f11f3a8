import type { ProgressEvent } from '../../../shared/contract/generation.ts';
import { AppError } from '../../../shared/errors.ts';
import { LARGE_COST, SMALLEST_COST } from '../../../shared/queue/room.ts';
import { FIRST_PLACE } from '../../../shared/queue/turns.ts';
import type { Logger } from '../../../shared/service/log.ts';
import type { Clock } from '../../../shared/wait.ts';
import type { Dispatch, QueuedRun, RunLedger } from '../dispatch.ts';
import { whyNobodyServes } from '../why-nobody-serves.ts';
import { createBreakPoints } from './break-points.ts';
import type { ProductionOutcome } from './production-call.ts';
import { createRunQueue, type WaitingRun } from './run-queue.ts';
import { createSlowClients } from './slow-clients.ts';
import { fetchPicture, removeHosted } from './worker-calls.ts';
import { createWorkerLink, type WorkerLink } from './worker-link.ts';

/** Most runs of one client that wait for an engine. The client's other runs are not begun, and so count in its share. */
const MAX_POSTPONED = 8;
/** Pause before workers that could not be reached are woken again, while runs wait for them. */
const PATIENCE_PAUSE_MS = 15_000;

export interface HttpDispatchOptions {
  readonly workerUrls: readonly string[];
  readonly workerToken: string;
  readonly ledger: RunLedger;
  readonly clock: Clock;
  readonly log: Logger;
  /** Gets the milliseconds that a sleeping worker took to wake up. */
  readonly onAwake: (tookMs: number) => void;
  readonly silenceMs?: number | undefined;
}

interface InWork {
  readonly clientId: string;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/** The gateway's own queue, and HTTP to the workers of WORKER_URL, balanced by their free slots. */
export function createHttpDispatch(options: HttpDispatchOptions): Dispatch {
  const { ledger, clock, log } = options;
  const queue = createRunQueue();
  const running = new Map<string, InWork>();
  const breakPoints = createBreakPoints();
  const slowClients = createSlowClients();
  const stopping = new AbortController();
  const links = options.workerUrls.map((url) =>
    createWorkerLink({ ...options, url, token: options.workerToken, onChange: pump, onGivenUp }),
  );

  const logFailure = (error: unknown): void => {
    if (!stopping.signal.aborted) log.error({ err: error }, 'dispatching failed');
  };

  function pump(): void {
    if (stopping.signal.aborted) return;
    for (let next = takeNext(); next !== undefined; next = takeNext()) start(next.link, next.run);
    if (countReady() > 0) wakeAll();
  }

  const countReady = (): number => queue.size - queue.postponed().filter(isResting).length;

  /** Whether a run may be begun, as far as its engine and its client's postponed runs are concerned. */
  function toReadiness(): (run: WaitingRun) => boolean {
    const postponed = Map.groupBy(queue.postponed(), ({ clientId }) => clientId);
    // Its running runs may be postponed too.
    const inWork = Map.groupBy(running.values(), ({ clientId }) => clientId);
    const isWithinBound = ({ clientId }: WaitingRun): boolean => {
      const count = postponed.get(clientId)?.length ?? 0;
      return count === 0 || count + (inWork.get(clientId)?.length ?? 0) < MAX_POSTPONED;
    };
    return (run) => (run.postponed === undefined ? isWithinBound(run) : !isResting(run));
  }

  /**
   * The first run of the queue, if a slot is free. Otherwise the first small run that may be made beside the running ones. A
   * client with a running run, or whose last runs were slow, gets no such place.
   */
  function takeNext(): { readonly link: WorkerLink; readonly run: QueuedRun } | undefined {
    const isReady = toReadiness();
    const [freest] = links.filter((link) => link.free() > 0).sort((one, other) => other.free() - one.free());
    if (freest !== undefined) return withLink(freest, queue.take(isReady));
    const beside = links.find((link) => link.hasPlaceBeside(SMALLEST_COST, 'waits'));
    if (beside === undefined) return undefined;
    const clients = new Set([...running.values()].map(({ clientId }) => clientId));
    return withLink(
      beside,
      queue.take(
        (run) => isReady(run) && beside.hasPlaceBeside(workOf(run), run.attendance) && !clients.has(run.clientId),
      ),
    );
  }

  /** Expected cost in ordinary pictures. A run of a client whose last runs were slow counts as large. */
  const workOf = ({ cost, clientId }: QueuedRun): number =>
    slowClients.has(clientId) ? Math.max(cost, LARGE_COST) : cost;

  const wakeAll = (): void => {
    for (const link of links) link.wake();
  };

  function start(link: WorkerLink, run: QueuedRun): void {
    const controller = new AbortController();
    const ended = runOn(link, run, controller.signal)
      .catch(logFailure)
      .finally(() => {
        if (running.get(run.id)?.controller === controller) running.delete(run.id);
        pump();
      });
    running.set(run.id, { clientId: run.clientId, controller, ended });
  }

  async function runOn(link: WorkerLink, run: QueuedRun, signal: AbortSignal): Promise<void> {
    const startedAt = clock.elapsed();
    const onProgress = (event: ProgressEvent): void => void ledger.progress(run.id, event).catch(logFailure);
    const outcome = await link.produce(() => ledger.open(run.id), { cost: workOf(run), signal, onProgress });
    if (outcome?.kind !== 'postponed') slowClients.note(run.clientId, clock.elapsed() - startedAt);
    if (outcome !== undefined) await settle(run, outcome, signal);
  }

  async function settle(run: QueuedRun, outcome: ProductionOutcome, signal: AbortSignal): Promise<void> {
    // A result that arrived together with the abort is kept, because the work is done.
    if (signal.aborted && outcome.kind !== 'result') return;
    if (outcome.kind === 'full') return putBack(run);
    if (outcome.kind === 'postponed') return postpone(run, outcome.milliseconds);
    if (outcome.kind === 'broken' || outcome.kind === 'absent') return breakOff(run, outcome.kind, outcome.reason);
    try {
      if (outcome.kind === 'result') await ledger.finish(run.id, outcome.result);
      else await ledger.fail(run.id, outcome.error);
      breakPoints.forget(run.id);
    } catch (error) {
      await breakOff(run, 'broken', `the result could not be kept: ${String(error)}`);
    }
  }

  async function breakOff(run: QueuedRun, kind: 'broken' | 'absent', reason: string): Promise<void> {
    if (!breakPoints.add(run.id, kind)) return putBack(run);
    await ledger.fail(run.id, new AppError('worker_unavailable', `broken off too often; the last reason: ${reason}`));
  }

  async function putBack(run: QueuedRun): Promise<void> {
    await ledger.putBack(run.id);
    running.delete(run.id);
    // A run that was begun before goes first.
    queue.push(run, { place: FIRST_PLACE });
  }

  /** The run stays in work for its callers. It then takes its turn again, so that it holds up nobody whose engine serves. */
  function postpone(run: QueuedRun, milliseconds: number): void {
    running.delete(run.id);
    queue.push(run, { isResting: true });
    const goOn = (): void => {
      queue.release(run.id);
      pump();
    };
    clock.wait(milliseconds, stopping.signal).then(goOn, logFailure);
  }

  function onGivenUp(): void {
    if (links.some((link) => link.view().state !== 'unreachable')) return;
    void failImpatient().catch(logFailure);
  }

  async function failImpatient(): Promise<void> {
    for (const id of queue.ids()) {
      if (await ledger.isPatient(id)) continue;
      if (queue.remove(id)) await ledger.fail(id, new AppError('worker_unavailable', 'no worker could be reached'));
    }
    if (queue.size === 0) return;
    await clock.wait(PATIENCE_PAUSE_MS, stopping.signal);
    pump();
  }

  return {
    enqueue: async (run) => {
      if (running.has(run.id)) return;
      queue.push(run);
      pump();
    },
    withdraw: async (runId) => {
      breakPoints.forget(runId);
      queue.remove(runId);
      running.get(runId)?.controller.abort();
    },
    attend: async ({ id }, attendance) => queue.attend(id, attendance),
    position: async (runId) => queue.position(runId),
    picture: (pictureId, signal) => fetchPicture(links, pictureId, signal, log),
    remove: (removal, signal) => removeHosted(links, removal, signal),
    workers: () => links.map((link) => link.view()),
    look: async () => {
      await Promise.all(links.map((link) => link.look()));
      return whyNobodyServes(links.map((link) => link.view()));
    },
    waiting: countReady,
    stop: async (graceMs) => {
      stopping.abort();
      const ended = Promise.all([...running.values()].map((run) => run.ended));
      const grace = new AbortController();
      await Promise.race([ended, clock.wait(graceMs, grace.signal)]);
      grace.abort();
      for (const run of running.values()) run.controller.abort();
      await ended;
      for (const link of links) link.stop();
    },
  };
}

const isResting = ({ postponed }: WaitingRun): boolean => postponed === 'resting';

const withLink = (link: WorkerLink, run: QueuedRun | undefined) => (run === undefined ? undefined : { link, run });
