import type { GenerationResult } from '../../shared/contract/generation.ts';
import type { Job } from '../jobs/job.ts';
import { toDonePage, toPendingPage } from '../page/answers.ts';
import type { Encoded, Outcome } from './dialect.ts';
import { toJobPath } from './native.ts';

/** The job as a page, both while it is made and when it is done. */
export function encodePage({ job, service }: Outcome, language: string): Encoded {
  if (job === undefined) throw new Error('a page needs its job');
  if (job.error !== undefined) throw job.error;
  const { request, result } = job;
  const visitor = { language, toPath: service.toPath };
  if (result === undefined) {
    const url = toPagePath(job, service);
    const cancelUrl = toPagePath(job, service, '/cancel');
    const { stage, progress, queuePosition, etaSeconds } = job;
    return toPendingPage(
      { prompt: request.prompt, stage, progress, queuePosition, etaSeconds, url, cancelUrl },
      visitor,
    );
  }
  const [first] = result.pictures;
  const guidance = result.guidanceScale ?? request.guidanceScale;
  const page = {
    prompt: request.prompt,
    settings: [
      ['seed', String(first?.seed ?? request.seed)],
      ['engine', result.engine],
      ...(guidance === undefined ? [] : [['guidance', String(guidance)] as const]),
      ...(request.negativePrompt === undefined ? [] : [['negative', request.negativePrompt] as const]),
    ] as const,
    pictures: result.pictures.map(({ url = '', width, height }) => ({
      url: service.toAbsoluteUrl(url),
      width,
      height,
    })),
    warnings: [...result.warnings, ...job.notes],
    again: service.toPath(`/generate?${toQuery(job, result)}`),
  };
  return toDonePage(page, visitor);
}

/** Where a person's browser finds the job, or what lies below it. */
export function toPagePath(job: Job, { toPath }: Outcome['service'], rest = ''): string {
  const path = toJobPath(job, rest);
  return toPath(`${path}${path.includes('?') ? '&' : '?'}output=page`);
}

/** The parameters that make the first picture again. */
function toQuery({ request }: Job, { engine, pictures }: GenerationResult): URLSearchParams {
  const parameters = {
    prompt: request.prompt,
    negative_prompt: request.negativePrompt,
    seed: pictures[0]?.seed ?? request.seed,
    guidance_scale: request.guidanceScale,
    shape: request.shape,
    width: request.width,
    height: request.height,
    steps: request.steps,
    engine,
    output: 'page',
  };
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
}
