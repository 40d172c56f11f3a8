import { type DestinationStream, type Logger, pino } from 'pino';
import { createLineWriter } from './line-writer.ts';

export type { Logger };

/** Names of fields that may hold a secret or a prompt. Prompts are personal, so they are logged only on the operator's request. */
const SECRETS = ['authorization', 'token', 'key', 'secret', 'password', 'cookie', 'credential', 'deleteToken'];
const PROMPTS = ['prompt', 'negativePrompt', 'negative_prompt'];
/** Log lines are not nested this deeply; deeper values are not shown. */
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

type Fields = Readonly<Record<string, unknown>>;

/**
 * A copy of the line without the values of these names, at any depth. Written by hand, because the wildcard paths of
 * pino's `redact` take five times as long as the rest of a line.
 */
function hideIn(record: Fields, hidden: ReadonlySet<string>, depth: number): Fields {
  const shown: Record<string, unknown> = {};
  for (const name of Object.keys(record)) {
    shown[name] = hidden.has(name) ? '[redacted]' : hideInValue(record[name], hidden, depth);
  }
  return shown;
}

function hideInValue(value: unknown, hidden: ReadonlySet<string>, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => hideInValue(item, hidden, depth - 1));
  if (value instanceof Error) return toShownError(value);
  // Objects with their own JSON form, such as dates, have no named fields.
  return 'toJSON' in value ? value : hideIn(value as Fields, hidden, depth - 1);
}

/** The stack includes those of its causes. Other properties are left out: they may hold a whole request with prompt and keys. */
function toShownError(error: Error): Record<string, unknown> {
  const { type, message, stack } = pino.stdSerializers.err(error);
  return { type, message, stack, ...('code' in error && { code: error.code }) };
}
