import { AppError, toAppError } from '../../../shared/errors.ts';
import { createHttpClient } from '../../../shared/net/http.ts';
import { text, urlWithDefault } from '../../../shared/service/config.ts';
import { type Clock, toAbortError } from '../../../shared/wait.ts';
import { createGuardedFetch } from '../../upstream/guarded-fetch.ts';
import { callUpstream, requirePicture } from '../../upstream/upstream.ts';
import { parseVendorOptions } from '../../upstream/vendor-options.ts';
import { createCancellations } from '../cancellations.ts';
import type { Engine, EngineContext, EngineOutput, EnginePlugin, EngineRequest } from '../engine.ts';
import { MEGAPIXEL_LIMITS } from '../service-sizes.ts';
import { createGradioCall, type GradioCall } from './call.ts';
import { toSpaceFailure } from './failures.ts';
import { chooseEndpoint, type FittedCall, fitParameters, type ParameterNames } from './fit-parameters.ts';
import { probeGradio } from './probe.ts';
import { findFile, gradioOptionsSchema } from './schema.ts';
import { type Ask, type ConnectedSpace, createSpaceConnector, SpaceAsleep } from './space.ts';
import { parametersSetting, type SpaceAddress, spacesSetting } from './space-address.ts';

const HUB = 'https://huggingface.co';

const settings = {
  GRADIO_SPACES: spacesSetting,
  GRADIO_TOKEN: text(
    'A token of Hugging Face for the engine gradio; without one the free GPU time is shared by address',
    {
      secret: true,
    },
  ),
  GRADIO_PARAMETERS: parametersSetting,
  GRADIO_HUB_URL: urlWithDefault('Where the engine gradio asks how a Space is', HUB),
};

const CALL_TIMEOUT_MS = 30_000;
const MAX_JSON_BYTES = 4 * 1024 * 1024;
const WAKE_PAUSE_MS = 5000;
/** If one Space refuses the request itself, the next Space is not asked. */
const FINAL: ReadonlySet<string> = new Set(['prompt_refused', 'invalid_request', 'cancelled']);

interface GradioConfig {
  readonly spaces: readonly SpaceAddress[];
  readonly token: string | undefined;
  readonly names: ParameterNames;
  readonly hubUrl: string;
  readonly clock: Clock;
}

/** Hugging Face Spaces and any Gradio app, by their API: several in order, each fitted by its parameters' names. */
function createGradio({ spaces, token, names, hubUrl, clock }: GradioConfig): Engine {
  const client = createHttpClient({ maxContentLength: MAX_JSON_BYTES });
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const ask: Ask = (url, signal) => callUpstream(client, { url, headers, signal, timeout: CALL_TIMEOUT_MS });
  const hub = { hubUrl, isPublicHub: hubUrl === HUB, ask, clock };
  const connect = createSpaceConnector(hub);
  const rests = new Map<string, { readonly until: number; readonly error: AppError }>();
  const cancellations = createCancellations();

  async function generate(request: EngineRequest, context: EngineContext): Promise<EngineOutput> {
    const options = parseVendorOptions('gradio', gradioOptionsSchema, request.options);
    let failure: AppError | undefined;
    const asleep: SpaceAddress[] = [];
    context.onProgress({ stage: 'queue' });
    for (const address of spaces) {
      const rest = rests.get(address.label);
      if (rest !== undefined && rest.until > clock.now()) {
        failure = sooner(failure, toResting(rest));
        continue;
      }
      const outcome = await attempt(address, { ...request, options }, context);
      if (outcome === 'asleep') asleep.push(address);
      else if (outcome instanceof AppError) failure = sooner(failure, outcome);
      else return outcome;
    }
    // Only sleeping Spaces are left, and asking has woken them. The signal bounds the wait for the first one.
    for (let [first] = asleep; first !== undefined; ) {
      context.onProgress({ stage: 'wake', engineStatus: 'the Space is waking' });
      await clock.wait(WAKE_PAUSE_MS, context.signal);
      const outcome = await attempt(first, { ...request, options }, context);
      if (outcome === 'asleep') continue;
      if (!(outcome instanceof AppError)) return outcome;
      failure = sooner(failure, outcome);
      break;
    }
    throw failure ?? new AppError('engine_failed', 'gradio: no Space is configured');
  }

  async function attempt(
    address: SpaceAddress,
    request: EngineRequest,
    context: EngineContext,
  ): Promise<EngineOutput | AppError | 'asleep'> {
    const { signal } = context;
    try {
      return await callSpace(await connect(address, signal), address, request, context);
    } catch (thrown) {
      if (signal.aborted) throw toAbortError(signal);
      if (thrown instanceof SpaceAsleep) return 'asleep';
      const error = toAppError(thrown);
      if (FINAL.has(error.code)) throw error;
      const { restMs = 0 } = error.details;
      if (restMs > 0) rests.set(address.label, { until: clock.now() + restMs, error });
      return error;
    }
  }

  async function callSpace(
    space: ConnectedSpace,
    { endpoint: wanted }: SpaceAddress,
    request: EngineRequest,
    context: EngineContext,
  ): Promise<EngineOutput> {
    const { signal } = context;
    const endpoint = chooseEndpoint(space.info, wanted, names);
    const fitted = fitParameters(request, { info: space.info, endpoint, names });
    const secrets = [request.prompt, request.negativePrompt, ...(token === undefined ? [] : [token])];
    const call = createGradioCall({ client, space, fitted, headers, secrets, now: clock.now, signal });
    let isEnded = false;
    try {
      const data = await follow(call, space, secrets, context);
      isEnded = true;
      context.onProgress({ stage: 'download' });
      return await toOutput(space, data, fitted, signal);
    } finally {
      if (!isEnded) cancellations.add(call.cancel());
    }
  }

  async function follow(
    call: GradioCall,
    { label }: ConnectedSpace,
    secrets: readonly string[],
    { onProgress }: EngineContext,
  ): Promise<readonly unknown[]> {
    for await (const event of call.events()) {
      if (event.kind === 'done') return event.data;
      if (event.kind === 'failed') throw toSpaceFailure(label, event.text, secrets);
      if (event.kind === 'nothing') continue;
      const { status: engineStatus, fraction, isWaiting } = event;
      onProgress({ stage: isWaiting ? 'queue' : 'generate', engineStatus, fraction: clampFraction(fraction) });
    }
    throw new AppError('engine_failed', `${label}: its stream ended before the picture`);
  }

  /** The file must be on the Space's own host. Another host in the answer is an error. */
  async function toOutput(
    { label, url, api }: ConnectedSpace,
    data: readonly unknown[],
    { seed, warnings }: FittedCall,
    signal: AbortSignal,
  ): Promise<EngineOutput> {
    const file = findFile(data);
    if (file === undefined) throw new AppError('engine_failed', `${label}: it ended without a picture`);
    const address = new URL(file.url ?? `${api}/file=${file.path}`, `${url}/`);
    if (address.host !== new URL(url).host) {
      throw new AppError('engine_changed', `${label}: its picture is at another host, ${address.host}`);
    }
    // Apps behind a proxy call themselves http, so the protocol of the operator's or the hub's address is used.
    address.protocol = new URL(url).protocol;
    const fetchPicture = createGuardedFetch({ base: url });
    const bytes = requirePicture(
      await fetchPicture(address.href, { signal, credentials: headers }),
      `${label}: the picture`,
    );
    const told = data.find((value): value is number => typeof value === 'number' && Number.isSafeInteger(value));
    return { images: [{ bytes, seed: told ?? seed }], warnings };
  }

  const toResting = ({ until, error }: { until: number; error: AppError }): AppError =>
    new AppError(error.code, error.message, { ...error.details, restMs: until - clock.now() });

  return {
    name: 'gradio',
    serviceUrl: spaces.some(({ id }) => id !== undefined) ? hubUrl : spaces[0]?.url,
    limits: {
      ...MEGAPIXEL_LIMITS,
      sizes: { multipleOf: 8, min: 256, max: 1440 },
      negativePrompt: true,
      // The steps of another model spoil a distilled one, so there is no default and the Space keeps its own.
      steps: { min: 1, max: 50, step: 1 },
      guidanceScale: { min: 0, max: 20 },
    },
    generate,
    probe: ({ signal }) => {
      const look = createSpaceConnector({ ...hub, wakes: false });
      return probeGradio({ spaces, token, hubUrl, ask, connect: look, signal });
    },
    stop: cancellations.settle,
  };
}

/** The failure with the shorter rest, so that the engine rests no longer than its best Space. */
function sooner(known: AppError | undefined, next: AppError): AppError {
  const restOf = ({ details }: AppError): number => details.restMs ?? 0;
  return known !== undefined && restOf(known) <= restOf(next) ? known : next;
}

const clampFraction = (fraction: number | undefined): number | undefined =>
  fraction === undefined ? undefined : Math.min(1, Math.max(0, fraction));

export const gradio: EnginePlugin<typeof settings> = {
  name: 'gradio',
  settings,
  create: ({ GRADIO_SPACES, GRADIO_TOKEN, GRADIO_PARAMETERS, GRADIO_HUB_URL }, { clock }) =>
    createGradio({
      ...{ spaces: GRADIO_SPACES, token: GRADIO_TOKEN, names: GRADIO_PARAMETERS, hubUrl: GRADIO_HUB_URL, clock },
    }),
};
