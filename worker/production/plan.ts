import type { GenerationRequest, Metadata } from '../../shared/contract/generation.ts';
import { AppError, invalidRequest } from '../../shared/errors.ts';
import type { Engine } from '../engines/engine.ts';
import { type Fit, fit } from '../engines/fit.ts';
import type { Candidate } from './fallback.ts';

export interface EngineCandidate extends Candidate {
  readonly engine: Engine;
}

/** An engine that may serve, with the request fitted to it. */
export interface Plan extends EngineCandidate, Fit {
  /** What the pictures' files say about how they were made. */
  readonly metadata: Metadata;
}

export interface Plans {
  /** In the order in which they are asked; never empty. */
  readonly plans: readonly Plan[];
  /** Sentences about engines that were left out because of `strict`. */
  readonly skipped: readonly string[];
}

/**
 * The engines that may serve, in order: only `engine` if the request names it, else `preferredEngine` and then the
 * configured order. With `strict`, only engines that honour every field. Throws `invalid_request` if none may serve, and
 * `unauthorized` if the named engine needs a caller's own token and none came.
 */
export function planEngines(
  request: GenerationRequest,
  engines: readonly EngineCandidate[],
  credentials: Readonly<Record<string, string>> = {},
): Plans {
  const candidates = order(request, engines);
  requireToken(request, candidates, credentials);
  const plans = candidates.map((candidate) => ({
    ...candidate,
    metadata: request.metadata ?? 'full',
    ...fit(request, candidate.engine, credentials[candidate.name]),
  }));
  if (!request.strict) return { plans, skipped: [] };
  const able = plans.filter(({ warnings }) => warnings.length === 0);
  const unable = plans.filter(({ warnings }) => warnings.length > 0);
  if (able.length === 0) throw nobodyIsAble(unable);
  const skipped = unable.map(({ name, warnings }) => `${name} was not asked, because strict: ${warnings.join(' ')}`);
  return { plans: able, skipped };
}

function requireToken(
  { engine, preferredEngine }: GenerationRequest,
  candidates: readonly EngineCandidate[],
  credentials: Readonly<Record<string, string>>,
): void {
  const wanted = candidates.find(({ name }) => name === (engine ?? preferredEngine));
  if (wanted?.engine.needsToken === undefined || credentials[wanted.name] !== undefined) return;
  throw new AppError('unauthorized', `${wanted.name}: a token of the caller's own is missing`, {
    publicMessage: wanted.engine.needsToken,
  });
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
  return invalidRequest([
    { field: 'strict', message: `strict: no enabled engine supports every parameter of this request. ${reasons}` },
  ]);
}
