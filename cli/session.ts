import type { CallOptions } from './calls.ts';
import { EXIT, Failure } from './failure.ts';
import { createGateway, type Gateway } from './gateway.ts';
import type { Interrupt } from './interrupt.ts';
import { toNumber, type Values } from './options.ts';
import { createProgress, type Progress } from './progress.ts';
import type { Surroundings } from './surroundings.ts';

/** What every command gets that calls the gateway. */
export interface Session extends Interrupt {
  readonly surroundings: Surroundings;
  readonly values: Values;
  readonly progress: Progress;
  /** JSON lines instead of addresses. */
  readonly isJson: boolean;
  /** The gateway's address, with its path and without a slash at its end. */
  readonly base: string;
  /** The deadline of one picture begins with this call. */
  connect(options?: Partial<Pick<CallOptions, 'signal' | 'deadline'>>): Gateway;
  /** Writes one line to standard output. */
  print(line: string): void;
}

const DEFAULT_URL = 'http://localhost:10000';
const DEFAULT_PATIENCE_S = 600;

export function createSession(values: Values, interruption: Interrupt, surroundings: Surroundings): Session {
  const { env, stdout, stderr } = surroundings;
  const base = toBase(String(values.url ?? (env.EASEL_URL || DEFAULT_URL)));
  const patienceMs = toPatience(values) * 1000;
  const progress = createProgress({ stderr, env, isQuiet: values.quiet === true });
  // The program behind the pipe has closed it, `head` for instance.
  stdout.on('error', interruption.interrupt);
  return {
    ...interruption,
    ...{ surroundings, values, progress, base },
    isJson: typeof values.json === 'boolean' ? values.json : stdout.isTTY !== true,
    connect: ({ signal = interruption.signal, deadline = performance.now() + patienceMs } = {}) =>
      createGateway({ base, key: env.EASEL_KEY || undefined, signal, deadline, onWait: progress.wait }),
    print: (line) => {
      progress.clear();
      stdout.write(`${line}\n`);
    },
  };
}

function toBase(text: string): string {
  const url = URL.parse(/^https?:\/\//.test(text) ? text : `http://${text}`);
  if (url === null || url.username !== '' || url.password !== '')
    throw new Failure(EXIT.usage, 'EASEL_URL and --url must be an address such as http://localhost:10000.');
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function toPatience({ timeout }: Values): number {
  if (timeout === undefined) return DEFAULT_PATIENCE_S;
  const seconds = toNumber('timeout', String(timeout));
  if (seconds <= 0) throw new Failure(EXIT.usage, '--timeout must be more than 0 seconds.');
  return seconds;
}
