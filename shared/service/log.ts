import { type DestinationStream, type Logger, pino } from 'pino';
import { createLineWriter } from './line-writer.ts';

export type { Logger };

/** Whatever could hold a secret or a prompt. A prompt is personal: it is logged only where the operator asks for it. */
const SECRETS = ['authorization', 'token', 'key', 'secret', 'password', 'cookie', 'credential', 'deleteToken'];
const PROMPTS = ['prompt', 'negativePrompt', 'negative_prompt'];
/** Nothing of ours is nested so deeply; what is deeper is not shown. */
const MAX_DEPTH = 6;

const STANDARD_OUTPUT = 1;

interface LogOptions {
  readonly service: string;
  readonly level: string;
  /** Setting LOG_PROMPTS. */
  readonly withPrompts?: boolean;
  readonly destination?: DestinationStream;
}

/** JSON lines on standard output. */
export function createLog({ service, level, withPrompts = false, destination }: LogOptions): Logger {
  const hidden = new Set(withPrompts ? SECRETS : [...SECRETS, ...PROMPTS]);
  return pino(
    {
      level,
      base: { service },
      formatters: { log: (line) => hideIn(line, hidden, MAX_DEPTH) },
      serializers: { err: (shown: unknown) => shown },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination ?? createLineWriter({ fd: STANDARD_OUTPUT, toLossLine: (lost) => toLossLine(service, lost) }),
  );
}

const toLossLine = (service: string, lost: number): string =>
  `${JSON.stringify({ level: 40, time: new Date().toISOString(), service, lost, msg: 'log lines could not be written and are lost' })}\n`;

/**
 * A copy of the line without the values of these names, at any depth. By hand rather than by pino's `redact`, whose
 * wildcard paths take five times as long as all the rest of a line.
 */
function hideIn(record: object, hidden: ReadonlySet<string>, depth: number): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(record)) {
    shown[name] = hidden.has(name) ? '[redacted]' : hideInValue(value, hidden, depth);
  }
  return shown;
}

function hideInValue(value: unknown, hidden: ReadonlySet<string>, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => hideInValue(item, hidden, depth - 1));
  if (value instanceof Error) return toShownError(value);
  // Whoever says how it is written, such as a date, holds no names.
  return 'toJSON' in value ? value : hideIn(value, hidden, depth - 1);
}

/** With the stacks of its causes; what else hangs on an error may be a whole request, with its prompt and its keys. */
function toShownError(error: Error): Record<string, unknown> {
  const { type, message, stack } = pino.stdSerializers.err(error);
  return { type, message, stack, ...('code' in error && { code: error.code }) };
}
