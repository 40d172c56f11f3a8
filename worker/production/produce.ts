import type { GenerationResult, ProgressEvent } from '../../shared/contract/generation.ts';
import type { Production } from '../../shared/contract/wire.ts';
import { AppError, type Attempt, type ErrorCode, toAppError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/service/log.ts';
import type { Clock } from '../../shared/wait.ts';
import { blameFields, blameToken, mayBeCausedByRequest } from './caller-fault.ts';
import type { Deliver, Delivery } from './deliver.ts';
import { firstToServe, NobodyServed, type PassedOver, toEngineError, withAttempts } from './fallback.ts';
import type { ProductionWatch } from './observer.ts';
import type { Painted } from './painted-shelf.ts';
import type { Painter } from './painter.ts';
import { LONGEST_PATIENCE_MS, Postponed, planWait } from './patience.ts';
import { type EngineCandidate, type Plan, planEngines } from './plan.ts';
import { repeatChance } from './repeat-chance.ts';
import { stackOf } from './stack-of.ts';

export interface ProduceOptions {
  /** In order of preference. */
  readonly engines: readonly EngineCandidate[];
  readonly painter: Painter;
  readonly deliver: Deliver;
  /** For one call of an engine. */
  readonly engineTimeoutMs: number;
  /** Pause before a call that may have failed by chance is repeated. Default: one second. */
  readonly repeatPauseMs?: number | undefined;
  /** How long a job waits for an engine that is busy or rests. Default: ten minutes. */
  readonly patienceMs?: number | undefined;
  /** How long all engines but the last may take together. Default: until the job's deadline. */
  readonly fallbackWithinMs?: number | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface ProduceContext {
  readonly signal: AbortSignal;
  /** By the clock's `elapsed`; Infinity if the job has no deadline. */
  readonly deadlineAt: number;
  readonly onProgress: (event: ProgressEvent) => void;
  readonly watch: Pick<ProductionWatch, 'calling'>;
  /** By the clock's `elapsed`: when the job was begun for the first time. */
  readonly begunAt: number;
}

/** The production's result without its timings. */
export type Produced = Omit<GenerationResult, 'timings'>;
export type Produce = (production: Production, context: ProduceContext) => Promise<Produced>;

/** While other engines may follow, one engine gets this share of the remaining time, so that a hang does not cost the whole job. */
const SHARE_OF_TIME = 0.75;
/** An engine that got less time than this is not blamed for a timeout. */
const FAIR_CHANCE_MS = 10_000;

/** Share of the time of all engines but the last that one engine gets; the last of them gets all that is left of it. */
const SHARE_BEFORE_FALLBACK = 0.5;

/** The state of one production. */
interface Run extends ProduceContext, Production {
  readonly plans: readonly Plan[];
  readonly remainingMs: () => number;
  readonly elapsedMs: () => number;
  /** Until the end of the time in which the job may wait for an engine. */
  readonly patienceMs: () => number;
}

interface Chosen {
  readonly plan: Plan;
  readonly painted: readonly Painted[];
}

/** The worker's one use case: engine (with fallback) -> picture -> store (with fallback) -> result. */
export function createProduce(options: ProduceOptions): Produce {
  const { engines, painter, deliver, engineTimeoutMs, clock, log } = options;

  /** Pictures that an earlier run of this request made are served, even if their engine is not the first or rests. */
  async function findPainted({ plans, jobId, request }: Run): Promise<Chosen | undefined> {
    for (const plan of plans) {
      const painted = await painter.findAll(plan, jobId, request.safe);
      if (painted !== undefined) return { plan, painted };
    }
    return undefined;
  }

  /** Asks every engine that may serve. Throws Postponed if it may help to ask again later. */
  async function paint(run: Run): Promise<Chosen> {
    try {
      return await tryEngines(run);
    } catch (error) {
      if (!(error instanceof NobodyServed)) throw error;
      const remainingMs = Math.min(run.remainingMs(), run.patienceMs());
      const wait = planWait(error, { elapsedMs: run.elapsedMs(), remainingMs });
      if (wait === undefined) throw toEngineError(error);
      const { name, code, milliseconds } = wait;
      const engineStatus = `${code}, asked again in ${Math.ceil(milliseconds / 1000)} s`;
      run.onProgress({ stage: 'waiting', engine: name, engineStatus });
      throw new Postponed(milliseconds);
    }
  }

  async function tryEngines(run: Run): Promise<Chosen> {
    const { plans, request, signal } = run;
    const shareOf = shareTime(run, clock, options.fallbackWithinMs);
    let allowedMs = 0;
    const serve = (plan: Plan, passedOver: readonly PassedOver[]) => {
      const { remainingMs, share } = shareOf(plan);
      const callTimeoutMs = (): number => {
        allowedMs = Math.min(engineTimeoutMs, Math.floor(remainingMs() * share));
        if (allowedMs > 0) return allowedMs;
        throw new AppError('engine_timeout', 'no time is left for it');
      };
      const job = { ...run, safe: request.safe, passedOver, callTimeoutMs };
      const again = { signal, remainingMs, clock, pauseMs: options.repeatPauseMs };
      return repeatChance(() => painter.paint(plan, job), again).catch((error: unknown) => {
        throw error instanceof AppError ? blameToken(plan, blameFields(plan, error)) : error;
      });
    };
    const onCall = ({ name }: Plan) => run.watch.calling({ kind: 'engine', name });
    const isBlameless = (plan: Plan, error: AppError): boolean =>
      (error.code === 'engine_timeout' && allowedMs < Math.min(FAIR_CHANCE_MS, engineTimeoutMs)) ||
      (run.credentials?.[plan.name] !== undefined && CALLERS_OWN.has(error.code)) ||
      mayBeCausedByRequest(plan, error);
    const { candidate, value, passedOver } = await firstToServe(plans, serve, { signal, isBlameless, onCall });
    for (const { name, error } of passedOver) {
      const stack = error.code === 'internal' ? stackOf(error) : undefined;
      log.warn({ engine: name, code: error.code, reason: error.message, stack }, 'an engine was passed over');
    }
    return { plan: candidate, painted: value };
  }

  async function deliverAll(run: Run, { plan, painted }: Chosen): Promise<readonly Delivery[]> {
    const deliveries: Delivery[] = [];
    run.onProgress({ stage: 'upload', engine: plan.name });
    for (const picture of painted) deliveries.push(await deliver(picture, run));
    return deliveries;
  }

  return async (production, context) => {
    const { plans, skipped } = planEngines(production.request, engines, production.credentials);
    const remainingMs = (): number => context.deadlineAt - clock.elapsed();
    const elapsedMs = (): number => clock.elapsed() - context.begunAt;
    const patienceMs = (): number => (options.patienceMs ?? LONGEST_PATIENCE_MS) - elapsedMs();
    const run: Run = { ...production, ...context, plans, remainingMs, elapsedMs, patienceMs };
    const chosen = (await findPainted(run)) ?? (await paint(run));
    const fallbacks = toFallbacks(chosen);
    const deliveries = await deliverAll(run, chosen).catch((error: unknown) => {
      throw withAttempts(toAppError(error), fallbacks.attempts);
    });
    return toProduced(chosen, deliveries, fallbacks, skipped);
  };
}

interface Share {
  readonly remainingMs: () => number;
  /** Share of it that one call may take, 0 to 1. */
  readonly share: number;
}

/**
 * The time that each engine gets, until the job's deadline. All engines but the last must end before a time of their
 * own, so that the last, which answers quickly, can still answer while the caller waits.
 */
function shareTime(
  { plans, remainingMs }: Pick<Run, 'plans' | 'remainingMs'>,
  clock: Pick<Clock, 'elapsed'>,
  fallbackWithinMs = Number.POSITIVE_INFINITY,
): (plan: Plan) => Share {
  const fallbackAt = clock.elapsed() + fallbackWithinMs;
  const untilFallbackMs = (): number => fallbackAt - clock.elapsed();
  return (plan) => {
    if (plan === plans.at(-1)) return { remainingMs, share: 1 };
    const byDeadline = SHARE_OF_TIME;
    const byFallback = plan === plans.at(-2) ? 1 : SHARE_BEFORE_FALLBACK;
    return untilFallbackMs() * byFallback < remainingMs() * byDeadline
      ? { remainingMs: untilFallbackMs, share: byFallback }
      : { remainingMs, share: byDeadline };
  };
}

function toProduced(
  { plan, painted }: Chosen,
  deliveries: readonly Delivery[],
  fallbacks: Fallbacks,
  skipped: readonly string[],
): Produced {
  const { guidanceScale, steps, sampler } = plan.request;
  const sentences = [
    ...fallbacks.sentences,
    ...skipped,
    ...plan.warnings,
    ...painted.flatMap(({ record }) => record.warnings),
    ...deliveries.flatMap(({ warnings }) => warnings),
  ];
  return {
    engine: plan.name,
    pictures: deliveries.map(({ picture }) => picture),
    guidanceScale,
    steps,
    sampler,
    warnings: [...new Set(sentences)],
    attempts: fallbacks.attempts,
    ...(fallbacks.sentences.length > 0 && { isFallback: true }),
  };
}

/** With the caller's own token these errors are about the caller's account, not about the engine. */
const CALLERS_OWN: ReadonlySet<ErrorCode> = new Set(['engine_unauthorized', 'engine_busy']);

interface Fallbacks {
  readonly sentences: readonly string[];
  readonly attempts: readonly Attempt[];
}

/** Engines that should have served before, as recorded with the pictures. */
function toFallbacks({ painted, plan }: Chosen): Fallbacks {
  const passedOver = painted[0]?.record.passedOver ?? [];
  const sentences = passedOver.map(({ name, code, isResting }) => {
    const reason = isResting ? `${name} rests for a while (${code})` : `${name} could not serve (${code})`;
    return `${reason}; ${plan.name} painted this picture instead.`;
  });
  const attempts = passedOver.flatMap(({ name, code, isResting }) => (isResting ? [] : [{ engine: name, code }]));
  return { sentences, attempts };
}
