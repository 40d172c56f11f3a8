import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, Failure, toExitCode } from './failure.ts';
import { errorSchema } from './job.ts';
import { toOptionNames } from './options.ts';
import { toPrintable } from './text.ts';

/** One HTTP call to the gateway, repeated while its host is waking or busy. */

export interface CallOptions {
  /** The gateway's address, with its path and without a slash at its end. */
  readonly base: string;
  readonly key: string | undefined;
  readonly signal: AbortSignal;
  /** By `performance.now()`. After it, no call is repeated. */
  readonly deadline: number;
  /** Gets a sentence that says why the call waits. */
  readonly onWait: (reason: string) => void;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The gateway answered an earlier call of this command, so a refused connection is worth another try. */
  readonly hasAnswered?: boolean;
  /** Aborts this one call. */
  readonly signal?: AbortSignal;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/** Resolves with an answer of status 2xx. Throws a Failure, or the signal's reason. */
export async function call(request: Call, options: CallOptions): Promise<Response> {
  for (let tries = 0; ; tries++) {
    const trouble = await attempt(request, options);
    if (trouble instanceof Response) return trouble;
    const { failure, reason, waitMs = Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS) } = trouble;
    if (reason === undefined || performance.now() + waitMs > options.deadline) throw failure;
    options.onWait(`${reason}; asking again in ${Math.ceil(waitMs / 1000)} s`);
    await sleep(waitMs, undefined, { signal: options.signal });
  }
}

interface Trouble {
  readonly failure: Failure;
  /** Why another try may succeed. Undefined: the failure is final. */
  readonly reason?: string | undefined;
  readonly waitMs?: number | undefined;
}

async function attempt(request: Call, options: CallOptions): Promise<Response | Trouble> {
  const { base, key, signal, deadline } = options;
  const limit = AbortSignal.timeout(Math.max(Math.ceil(deadline - performance.now()), 1));
  try {
    const response = await fetch(`${base}${request.path}`, {
      method: request.method,
      headers: {
        Accept: 'application/json',
        ...(key !== undefined && { Authorization: `Bearer ${key}` }),
        ...(request.body !== undefined && { 'Content-Type': 'application/json' }),
        ...request.headers,
      },
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
      signal: AbortSignal.any([signal, limit, ...(request.signal === undefined ? [] : [request.signal])]),
    });
    return response.ok ? response : await toTrouble(response, base);
  } catch (error) {
    signal.throwIfAborted();
    request.signal?.throwIfAborted();
    return toNetworkTrouble(error, request, base);
  }
}

/** Errors of a connection that was open. Any other error of a first call means a wrong address, or no server there. */
const BROKEN = /^(?:ECONNRESET|EPIPE|UND_ERR_(?:SOCKET|HEADERS_TIMEOUT|BODY_TIMEOUT))$/;

function toNetworkTrouble(error: unknown, { hasAnswered = false }: Call, base: string): Trouble {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const detail = code || (cause instanceof Error ? cause.message : String(cause));
  const advice = 'Set EASEL_URL to the address of a gateway, or start one: easel serve';
  const failure = new Failure(EXIT.unreachable, `No gateway answers at ${base} (${detail}). ${advice}`, {
    cause: error,
  });
  return { failure, reason: hasAnswered || BROKEN.test(code) ? `${base} does not answer (${detail})` : undefined };
}

/** A host's proxy answers these while the service behind it wakes or restarts. */
const WAKING = [502, 503, 504];

async function toTrouble(response: Response, base: string): Promise<Trouble> {
  const text = await response.text();
  const waitMs = readRetryAfter(response);
  const gatewayError = parseError(text);
  if (gatewayError === undefined) {
    const failure = new Failure(EXIT.unreachable, `The server at ${base} is not Easel (status ${response.status}).`);
    if (!WAKING.includes(response.status)) return { failure };
    const asleep = new Failure(EXIT.unreachable, `The service at ${base} did not wake (status ${response.status}).`);
    return { failure: asleep, reason: `the service is waking (${response.status})`, waitMs };
  }
  const { code, faults, error, field } = gatewayError;
  const sentences = faults === undefined ? error : faults.map(({ message }) => message).join('\n');
  const later = waitMs === undefined ? '' : ` Try again in ${Math.ceil(waitMs / 1000)} s.`;
  const advice = code === 'unauthorized' ? ' Set EASEL_KEY.' : later;
  const sentence = toOptionNames(sentences).split('\n').map(toPrintable).join('\n');
  const exitCode = toExitCode(code);
  const failure = new Failure(exitCode, `${sentence}${advice}`, { code, field });
  return { failure, ...(exitCode === EXIT.busy && { reason: toPrintable(error).replace(/\.$/, ''), waitMs }) };
}

function parseError(text: string) {
  try {
    return errorSchema.parse(JSON.parse(text));
  } catch {
    // The body comes from another server, a proxy for instance.
    return undefined;
  }
}

/** RFC 9110, 10.2.3: seconds, or a date. */
function readRetryAfter({ headers }: Response): number | undefined {
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(ms, 0) : undefined;
}
