import { STAGES } from '../../shared/contract/generation.ts';
import type { Job } from '../jobs/job.ts';

/**
 * Headers of every dialect's answer, because bytes and other services' shapes have no room for them: which engine served
 * with which seed, what could not be honoured, and how long each stage took.
 */
export function outcomeHeaders(job: Job | undefined): Record<string, string> {
  if (job === undefined) return {};
  const headers: Record<string, string> = { 'X-Job-Id': job.id };
  const { result, notes } = job;
  const warnings = [...(result?.warnings ?? []), ...notes];
  if (warnings.length > 0) headers['X-Warnings'] = toHeaderText(warnings.join(' '));
  if (result === undefined) return headers;
  const [picture] = result.pictures;
  headers['X-Engine'] = result.engine;
  headers['X-Cache'] = job.origin;
  if (picture !== undefined) headers['X-Seed'] = String(picture.seed);
  headers['Server-Timing'] = serverTiming(job);
  return headers;
}

/** W3C Server-Timing. Empty for a joined or remembered picture, because this caller did not wait for its stages. */
function serverTiming({ result, origin }: Job): string {
  if (origin === 'remembered') return 'cache;desc="remembered"';
  const stages = STAGES.filter((stage) => result?.timings[stage] !== undefined);
  return stages.map((stage) => `${stage};dur=${Math.round(result?.timings[stage] ?? 0)}`).join(', ');
}

/** All headers together stay under 2 kB, because proxies accept 4 kB, and some less. The JSON holds all warnings. */
const MAX_WARNINGS_CHARACTERS = 400;

/** Header values are printable ASCII. */
function toHeaderText(text: string): string {
  const short = text.length > MAX_WARNINGS_CHARACTERS ? `${text.slice(0, MAX_WARNINGS_CHARACTERS - 3)}...` : text;
  return short.replace(/[^\x20-\x7e]/g, '?');
}
