import { ZodError } from 'zod';
import { AppError, toAppError } from '../../shared/errors.ts';
import { createHttpClient } from '../../shared/net/http.ts';
import { callUpstream, isSuccess, ONLY_ONCE, readJson, type UpstreamReply } from '../upstream/upstream.ts';
import type { ServiceAnswer, ServiceCall, ServiceContext, ServiceDescription } from './service-description.ts';
import { type EndWithoutPicture, toReplyError, toStepError } from './service-failures.ts';

/** Room for one large picture in base64. */
const MAX_REPLY_BYTES = 32 * 1024 * 1024;
/** For a call that only asks for the state of the work or ends it. */
const CALL_TIMEOUT_MS = 30_000;
const CANCEL_TIMEOUT_MS = 5000;
/** Bad answers in a row that are tolerated while the work goes on. It is paid for, so one proxy page does not end it. */
const MAX_BAD_ANSWERS = 3;

export interface ServiceCalls {
  /** Sent only once, since the upstream may charge even if its answer is lost. */
  submit(call: ServiceCall): Promise<ServiceAnswer>;
  /** Asks for the state of the work. Returns a pause if the upstream only asked to be left alone. */
  ask(call: ServiceCall): Promise<ServiceAnswer | { readonly restMs: number }>;
  /** Ends the work at the upstream, if it allows that. Never throws. */
  cancel(call: ServiceCall): Promise<void>;
  /** The work ended without a picture. */
  toEndError(step: EndWithoutPicture): AppError;
  toError(error: unknown): AppError;
}

/** The calls of one request to one upstream. The key is sent only to the upstream's own hosts. */
export function createServiceCalls(options: ServiceContext): ServiceCalls {
  const { service, config, signal } = options;
  const client = createHttpClient({ maxContentLength: MAX_REPLY_BYTES, maxBodyLength: MAX_REPLY_BYTES });
  let badAnswers = 0;

  async function send(call: ServiceCall, how: { timeout: number; signal: AbortSignal }): Promise<UpstreamReply> {
    const url = toTrustedUrl(call.url, config.url, service);
    const { method = call.json === undefined && call.form === undefined ? 'GET' : 'POST' } = call;
    const headers = { ...service.authorize(config.key), ...call.headers };
    return callUpstream(client, {
      ...ONLY_ONCE,
      url,
      method,
      headers,
      data: toBody(call),
      shownAs: call.shownAs,
      ...how,
    });
  }

  async function ask(call: ServiceCall): Promise<UpstreamReply | AppError> {
    try {
      const reply = await send(call, { timeout: CALL_TIMEOUT_MS, signal });
      return isSuccess(reply) ? reply : toReplyError(reply, options);
    } catch (error) {
      if (signal.aborted) throw error;
      return toAppError(error);
    }
  }

  return {
    submit: async (call) => {
      // Some upstreams answer only when the picture is done, so the signal is the only deadline.
      const reply = await send(call, { timeout: 0, signal });
      if (!isSuccess(reply)) throw toReplyError(reply, options);
      return toAnswer(reply);
    },
    ask: async (call) => {
      const reply = await ask(call);
      if (!(reply instanceof AppError)) {
        badAnswers = 0;
        return toAnswer(reply);
      }
      badAnswers += 1;
      if (!PASSING.has(reply.code) || badAnswers >= MAX_BAD_ANSWERS) throw reply;
      return { restMs: reply.details.restMs ?? 0 };
    },
    cancel: async (call) => {
      const timeout = CANCEL_TIMEOUT_MS;
      // The caller has left. The work then ends by itself at the upstream.
      await send(call, { timeout, signal: AbortSignal.timeout(timeout) }).catch(() => undefined);
    },
    toEndError: (step) => toStepError(step, service.title, options.secrets),
    toError: (error) => {
      if (!(error instanceof ZodError)) return toAppError(error);
      const where = error.issues.map(({ path }) => path.join('.')).join(', ');
      return new AppError('engine_changed', `${service.name}: its answer is not what it documents (${where})`);
    },
  };
}

const PASSING: ReadonlySet<string> = new Set(['engine_busy', 'engine_failed', 'engine_timeout']);

function toAnswer(reply: UpstreamReply): ServiceAnswer {
  return { status: reply.status, headers: reply.headers, json: readJson(reply), bytes: reply.body };
}

function toBody({ json, form }: ServiceCall): unknown {
  if (form === undefined) return json;
  const data = new FormData();
  for (const [name, value] of Object.entries(form)) data.append(name, value);
  return data;
}

/**
 * Checks that an address named by the upstream may get the key: only the upstream's own hosts may. For an address that
 * the operator set, that is only its own host. Throws `engine_changed`.
 */
export function toTrustedUrl(
  given: string,
  base: string,
  service: Pick<ServiceDescription, 'url' | 'domains' | 'title'>,
): string {
  if (given.startsWith('/')) return `${base}${given}`;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isOwn = url?.origin === new URL(base).origin;
  const domains = base === service.url ? (service.domains ?? []) : [];
  const isDomain = domains.some((domain) => url?.hostname === domain || url?.hostname.endsWith(`.${domain}`));
  if (url !== undefined && (isOwn || (url.protocol === 'https:' && isDomain))) return url.href;
  throw new AppError('engine_changed', `${service.title}: its answer points to ${url?.host ?? 'no address'}`);
}
