import type { GenerationRequest } from '../../shared/contract/generation.ts';
import { type AppError, invalidRequest } from '../../shared/errors.ts';
import type { Engine } from '../engines/engine.ts';
import { type Fit, fit } from '../engines/fit.ts';
import type { Candidate } from './fallback.ts';

export interface EngineCandidate extends Candidate {
  readonly engine: Engine;
}

/** An engine that may serve the request, with the request as it would be put to it. */
export interface Plan extends EngineCandidate, Fit {}

export interface Plans {
  /** In the order in which they are asked; never empty. */
  readonly plans: readonly Plan[];
  /** Sentences about engines that were left out because of `strict`. */
  readonly skipped: readonly string[];
}

/**
 * Who may serve, in which order: the one that the request pins, else the preferred one before the configured order;
 * with `strict` only those that keep every wish. Throws `invalid_request` when nobody may.
 */
export function planEngines(
  request: GenerationRequest,
  engines: readonly EngineCandidate[],
  credentials: Readonly<Record<string, string>> = {},
): Plans {
  const plans = order(request, engines).map((candidate) => ({
    ...candidate,
    ...fit(request, candidate.engine, credentials[candidate.name]),
  }));
  if (!request.strict) return { plans, skipped: [] };
  const able = plans.filter(({ warnings }) => warnings.length === 0);
  const unable = plans.filter(({ warnings }) => warnings.length > 0);
  if (able.length === 0) throw nobodyIsAble(unable);
  const skipped = unable.map(({ name, warnings }) => `${name} was not asked, because strict: ${warnings.join(' ')}`);
  return { plans: able, skipped };
}

function order(
  { engine, preferredEngine }: GenerationRequest,
  engines: readonly EngineCandidate[],
): readonly EngineCandidate[] {
  if (engine !== undefined) {
    const pinned = engines.filter(({ name }) => name === engine);
    if (pinned.length === 0) throw unknownEngine(engines);
    return pinned;
  }
  return engines.toSorted((a, b) => Number(b.name === preferredEngine) - Number(a.name === preferredEngine));
}

function unknownEngine(engines: readonly EngineCandidate[]): AppError {
  const names = engines.map(({ name }) => name).join(', ');
  return invalidRequest([{ field: 'engine', message: `engine: not enabled here; the enabled ones are ${names}.` }]);
}

function nobodyIsAble(plans: readonly Plan[]): AppError {
  const reasons = plans.flatMap(({ warnings }) => warnings).join(' ');
  return invalidRequest([{ field: 'strict', message: `strict: no enabled engine can keep every wish. ${reasons}` }]);
}
