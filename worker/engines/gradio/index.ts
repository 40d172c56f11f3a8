import { AppError, toAppError } from '../../../shared/errors.ts';
import { createHttpClient } from '../../../shared/net/http.ts';
import { text, urlWithDefault } from '../../../shared/service/config.ts';
import { type Clock, toAbortError } from '../../../shared/wait.ts';
import { callUpstream } from '../../upstream/upstream.ts';
import { parseVendorOptions } from '../../upstream/vendor-options.ts';
import { createCancellations } from '../cancellations.ts';
import type { Engine, EngineContext, EngineOutput, EnginePlugin, EngineRequest } from '../engine.ts';
import { MEGAPIXEL_LIMITS } from '../service-sizes.ts';
import { createGradioCall } from './call.ts';
import { chooseEndpoint, fitParameters, type ParameterNames } from './fit-parameters.ts';
import { fetchImage, readOutputs } from './outputs.ts';
import { probeGradio } from './probe.ts';
import { gradioOptionsSchema } from './schema.ts';
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

interface Rest {
  /** Epoch milliseconds. */
  readonly until: number;
  readonly error: AppError;
}

/** Hugging Face Spaces and any Gradio app, by their API: several in order, each fitted by its parameters' names. */
function createGradio({ spaces, token, names, hubUrl, clock }: GradioConfig): Engine {
  const client = createHttpClient({ maxContentLength: MAX_JSON_BYTES });
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const ask: Ask = (url, signal) => callUpstream(client, { url, headers, signal, timeout: CALL_TIMEOUT_MS });
  const hub = { hubUrl, isPublicHub: hubUrl === HUB, ask, clock };
  const connect = createSpaceConnector(hub);
  const rests = new Map<string, Rest>();
  const cancellations = createCancellations();

  async function generate(request: EngineRequest, context: EngineContext): Promise<EngineOutput> {
    const options = parseVendorOptions('gradio', gradioOptionsSchema, request.options);
    let failure: AppError | undefined;
    const asleep: SpaceAddress[] = [];
    context.onProgress({ stage: 'queue' });
    for (const address of spaces) {
      const rest = rests.get(address.label);
      if (rest !== undefined && rest.until > clock.elapsed()) {
        failure = sooner(failure, toResting(rest, clock.elapsed()));
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
      if (restMs > 0) rests.set(address.label, { until: clock.elapsed() + restMs, error });
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
      const outputs = await readOutputs(call, space.label, secrets, context.onProgress);
      isEnded = true;
      context.onProgress({ stage: 'download' });
      const image = await fetchImage(space, outputs, fitted.seed, { headers, signal });
      return { images: [image], warnings: fitted.warnings };
    } finally {
      if (!isEnded) cancellations.add(call.cancel());
    }
  }

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
    stop: cancellations.untilEnded,
  };
}

function toResting({ until, error }: Rest, elapsed: number): AppError {
  return new AppError(error.code, error.message, { ...error.details, restMs: until - elapsed });
}

/** The failure with the shorter rest, so that the engine rests no longer than its best Space. */
function sooner(known: AppError | undefined, next: AppError): AppError {
  const restOf = ({ details }: AppError): number => details.restMs ?? 0;
  return known !== undefined && restOf(known) <= restOf(next) ? known : next;
}

export const gradio: EnginePlugin<typeof settings> = {
  name: 'gradio',
  settings,
  create: ({ GRADIO_SPACES, GRADIO_TOKEN, GRADIO_PARAMETERS, GRADIO_HUB_URL }, { clock }) =>
    createGradio({
      ...{ spaces: GRADIO_SPACES, token: GRADIO_TOKEN, names: GRADIO_PARAMETERS, hubUrl: GRADIO_HUB_URL, clock },
    }),
};
