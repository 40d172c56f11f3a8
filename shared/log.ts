import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

/** Whatever could hold a secret or a prompt. A prompt is personal: it is logged only where the operator asks for it. */
const SECRETS = ['authorization', 'token', 'key', 'secret', 'password', 'cookie', 'credential', 'deleteToken'];
const PROMPTS = ['prompt', 'negativePrompt', 'negative_prompt'];

interface LogOptions {
  readonly service: string;
  readonly level: string;
  /** Setting LOG_PROMPTS. */
  readonly withPrompts?: boolean;
  readonly destination?: DestinationStream;
}

/** JSON lines on standard output. */
export function createLog({ service, level, withPrompts = false, destination }: LogOptions): Logger {
  const hidden = withPrompts ? SECRETS : [...SECRETS, ...PROMPTS];
  const paths = hidden.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino(
    { level, base: { service }, redact: { paths, censor: '[redacted]' }, timestamp: pino.stdTimeFunctions.isoTime },
    destination ?? pino.destination({ dest: 1, sync: false }),
  );
}
