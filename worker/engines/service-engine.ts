import { AppError } from '../../shared/errors.ts';
import { toAbortError } from '../../shared/wait.ts';
import { createGuardedFetch, type GuardedFetch } from '../upstream/guarded-fetch.ts';
import { requireBase64Picture, requirePicture } from '../upstream/upstream.ts';
import { parseVendorOptions } from '../upstream/vendor-options.ts';
import { createCancellations } from './cancellations.ts';
import { createDailyAllowance } from './daily-allowance.ts';
import type { Engine, EngineContext, EngineOutput, EngineRequest } from './engine.ts';
import { createServiceCalls, type ServiceCalls } from './service-calls.ts';
import type { PictureSource, ServiceCall, ServiceConfig, ServiceDescription, Step } from './service-description.ts';
import { probeService } from './service-probe.ts';

const FIRST_PAUSE_MS = 500;
const PAUSE_GROWTH = 1.5;
const LONGEST_PAUSE_MS = 3000;

/** The engine for one upstream: submits once, polls until it is done, fetches the picture. */
export function createServiceEngine(service: ServiceDescription, config: ServiceConfig): Engine {
  const { name, title, probe } = service;
  const { model, account } = config;
  const allowance = createDailyAllowance(service.dailyPictures?.(model), config.clock);
  const fetchPicture = createGuardedFetch({ base: config.url });
  const cancellations = createCancellations();

  async function generate(request: EngineRequest, context: EngineContext): Promise<EngineOutput> {
    const options = service.options === undefined ? {} : parseVendorOptions(name, service.options, request.options);
    const call = service.submit(request, { model, account, options });
    const secrets = [config.key, request.prompt, request.negativePrompt];
    const calls = createServiceCalls({ service, config, request, secrets, signal: context.signal });
    context.onProgress({ stage: 'generate' });
    const done = await work(calls, call, context);
    context.onProgress({ stage: 'download' });
    const bytes = await toBytes(done.picture, title, fetchPicture, context.signal);
    allowance.use();
    return { images: [{ bytes, seed: done.seed, nsfw: done.nsfw }], warnings: [] };
  }

  /** From the submission to the picture. After an abort it cancels the work at the upstream. */
  async function work(calls: ServiceCalls, submission: ServiceCall, context: EngineContext): Promise<DoneStep> {
    let cancel: ServiceCall | undefined;
    try {
      let step = service.read(await calls.submit(submission), model);
      while (step.is === 'next') {
        cancel = step.cancel ?? cancel;
        step = await poll(calls, step, context);
      }
      if (step.is === 'done') return step;
      throw calls.toEndError(step);
    } catch (error) {
      if (!context.signal.aborted) throw calls.toError(error);
      if (cancel !== undefined) cancellations.add(calls.cancel(cancel));
      throw toAbortError(context.signal);
    }
  }

  /** Makes one call again and again, with growing pauses, until its answer is more than "not yet". */
  async function poll(calls: ServiceCalls, { call, read }: NextStep, context: EngineContext): Promise<Step> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * PAUSE_GROWTH, LONGEST_PAUSE_MS)) {
      await config.clock.wait(pauseMs, context.signal);
      const answer = await calls.ask(call);
      if ('restMs' in answer) {
        await config.clock.wait(answer.restMs, context.signal);
        continue;
      }
      const step = read(answer);
      if (step.is !== 'waiting') return step;
      context.onProgress({ stage: 'generate', engineStatus: step.status, fraction: step.fraction });
    }
  }

  return {
    name,
    limits: service.limits(model),
    serviceUrl: config.url,
    generate,
    quotaRemaining: allowance.remaining,
    quotaResetsAt: allowance.resetsAt,
    probe: probe && (({ signal }) => probeService({ ...service, probe }, config, signal)),
    stop: cancellations.untilEnded,
  };
}

type DoneStep = Extract<Step, { is: 'done' }>;
type NextStep = Extract<Step, { is: 'next' }>;

/** Pictures are fetched without the key: they are on other hosts, at addresses that expire. */
async function toBytes(
  picture: PictureSource,
  title: string,
  fetchPicture: GuardedFetch,
  signal: AbortSignal,
): Promise<Buffer> {
  const what = `${title}: the picture`;
  if ('bytes' in picture) return requirePicture(picture.bytes, what);
  if ('base64' in picture) return requireBase64Picture(picture.base64, what);
  if (picture.url === '') throw new AppError('engine_failed', `${title}: success without a picture`);
  return requirePicture(await fetchPicture(picture.url, { signal }), what);
}
