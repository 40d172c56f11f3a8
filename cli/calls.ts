import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, Failure, toExitCode } from './failure.ts';
import { errorSchema } from './job.ts';
import { toOptionNames } from './options.ts';
import { toShown } from './text.ts';

/** One HTTP call to the gateway, made again while its host only wakes or is busy. */

export interface CallOptions {
  /** With a path, where the gateway has one; without a slash at its end. */
  readonly base: string;
  readonly key: string | undefined;
  readonly signal: AbortSignal;
  /** Epoch milliseconds after which nothing is tried again. */
  readonly deadline: number;
  /** Told why a call waits. */
  readonly onWait: (reason: string) => void;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The gateway was there a moment ago: a refused connection is no reason to give up. */
  readonly isKnown?: boolean;
  /** Ends this one call. */
  readonly signal?: AbortSignal;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/** The answer, when it is a good one. Throws a Failure, or the signal's reason. */
export async function call(one: Call, options: CallOptions): Promise<Response> {
  for (let tries = 0; ; tries++) {
    const trouble = await attempt(one, options);
    if (trouble instanceof Response) return trouble;
    const { failure, reason, waitMs = Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS) } = trouble;
    if (reason === undefined || Date.now() + waitMs > options.deadline) throw failure;
    options.onWait(`${reason}; asking again in ${Math.ceil(waitMs / 1000)} s`);
    await sleep(waitMs, undefined, { signal: options.signal });
  }
}

interface Trouble {
  readonly failure: Failure;
  /** Why it may be better soon; left out: it will not. */
  readonly reason?: string | undefined;
  readonly waitMs?: number | undefined;
}

async function attempt(one: Call, options: CallOptions): Promise<Response | Trouble> {
  const { base, key, signal, deadline } = options;
  const limit = AbortSignal.timeout(Math.max(deadline - Date.now(), 1));
  try {
    const response = await fetch(`${base}${one.path}`, {
      method: one.method,
      headers: {
        Accept: 'application/json',
        ...(key !== undefined && { Authorization: `Bearer ${key}` }),
        ...(one.body !== undefined && { 'Content-Type': 'application/json' }),
        ...one.headers,
      },
      ...(one.body !== undefined && { body: JSON.stringify(one.body) }),
      signal: AbortSignal.any([signal, limit, ...(one.signal === undefined ? [] : [one.signal])]),
    });
    return response.ok ? response : await toTrouble(response, base);
  } catch (error) {
    signal.throwIfAborted();
    one.signal?.throwIfAborted();
    return toNetworkTrouble(error, one, base);
  }
}

/** How a connection ends that was made. Any other failure of a first call means a wrong address, or nobody there. */
const BROKEN = /^(?:ECONNRESET|EPIPE|UND_ERR_(?:SOCKET|HEADERS_TIMEOUT|BODY_TIMEOUT))$/;

function toNetworkTrouble(error: unknown, { isKnown = false }: Call, base: string): Trouble {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const told = code || (cause instanceof Error ? cause.message : String(cause));
  const advice = 'Set EASEL_URL to the address of a gateway, or start one: easel serve';
  const failure = new Failure(EXIT.unreachable, `Nobody answers at ${base} (${told}). ${advice}`, { cause: error });
  return { failure, reason: isKnown || BROKEN.test(code) ? `${base} does not answer (${told})` : undefined };
}

/** What a host's own proxy answers while the service behind it wakes, or is started anew. */
const WAKING = [502, 503, 504];

async function toTrouble(response: Response, base: string): Promise<Trouble> {
  const text = await response.text();
  const waitMs = readRetryAfter(response);
  const told = parseError(text);
  if (told === undefined) {
    const failure = new Failure(EXIT.unreachable, `What answers at ${base} is no Easel (status ${response.status}).`);
    if (!WAKING.includes(response.status)) return { failure };
    const asleep = new Failure(EXIT.unreachable, `The service at ${base} did not wake (status ${response.status}).`);
    return { failure: asleep, reason: `the service is waking (${response.status})`, waitMs };
  }
  const { code, faults, error, field } = told;
  const sentences = faults === undefined ? error : faults.map(({ message }) => message).join('\n');
  const later = waitMs === undefined ? '' : ` Try again in ${Math.ceil(waitMs / 1000)} s.`;
  const advice = code === 'unauthorized' ? ' Set EASEL_KEY.' : later;
  const sentence = toOptionNames(sentences).split('\n').map(toShown).join('\n');
  const exitCode = toExitCode(code);
  const failure = new Failure(exitCode, `${sentence}${advice}`, { code, field });
  return { failure, ...(exitCode === EXIT.busy && { reason: toShown(error).replace(/\.$/, ''), waitMs }) };
}

function parseError(text: string) {
  try {
    return errorSchema.parse(JSON.parse(text));
  } catch {
    // Not the gateway's own words.
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
