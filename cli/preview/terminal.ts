import { setTimeout as sleep } from 'node:timers/promises';
import type { PreviewMode } from '../options.ts';
import type { Surroundings } from '../surroundings.ts';

export type DrawMode = Exclude<PreviewMode, 'auto'>;

/** How this terminal shows pictures, by its environment variables or by its answer to a question. */
export async function findDrawMode(surroundings: Surroundings, interrupt: () => void): Promise<DrawMode> {
  const { env, stdout, stderr } = surroundings;
  if (!stdout.isTTY || !stderr.isTTY || env.CI !== undefined || env.TERM === 'dumb') return 'none';
  const known = toKnownMode(env);
  if (known !== undefined) return known;
  if ((await askAttributes(surroundings, interrupt)).includes(SIXEL)) return 'sixel';
  return hasTrueColour(env) ? 'blocks' : 'none';
}

const hasTrueColour = ({ COLORTERM }: Surroundings['env']): boolean => /^(?:truecolor|24bit)$/.test(COLORTERM ?? '');

/** Konsole speaks kitty's protocol since this release. */
const KONSOLE_WITH_PICTURES = 220400;

function toKnownMode(env: Surroundings['env']): DrawMode | undefined {
  const { TERM = '', TERM_PROGRAM = '', TMUX, KITTY_WINDOW_ID, KONSOLE_VERSION } = env;
  // tmux and screen drop the picture or show its bytes as text.
  if (TMUX !== undefined || /^(?:tmux|screen)/.test(TERM)) return hasTrueColour(env) ? 'blocks' : 'none';
  if (/kitty|ghostty/.test(TERM) || KITTY_WINDOW_ID !== undefined || TERM_PROGRAM === 'ghostty') return 'kitty';
  if (Number(KONSOLE_VERSION) >= KONSOLE_WITH_PICTURES) return 'kitty';
  if (TERM_PROGRAM === 'iTerm.app' || TERM_PROGRAM === 'WezTerm') return 'iterm';
  return undefined;
}

/** A terminal that draws sixels has this attribute in its answer to DA1 (VT510 manual, "Primary Device Attributes"). */
const SIXEL = '4';
/** Longest wait for the answer. A later one would appear as typed text in the shell. */
const ANSWER_MS = 1000;
const CTRL_C = 0x03;
/** The answer to DA1, without the escape character before it. */
const ATTRIBUTES = /\[\?([\d;]*)c/;

async function askAttributes({ stdin, stderr }: Surroundings, interrupt: () => void): Promise<readonly string[]> {
  if (!stdin.isTTY) return [];
  const { promise, resolve } = Promise.withResolvers<readonly string[]>();
  let received = '';
  const receive = (bytes: Buffer): void => {
    // In raw mode Ctrl-C arrives as a byte and sends no signal.
    if (bytes.includes(CTRL_C)) interrupt();
    received += bytes.toString('latin1');
    const [, attributes] = ATTRIBUTES.exec(received) ?? [];
    if (attributes !== undefined) resolve(attributes.split(';').slice(1));
  };
  const late = new AbortController();
  stdin.setRawMode(true).on('data', receive).resume();
  stderr.write('\x1b[c');
  try {
    return await Promise.race([promise, sleep(ANSWER_MS, [], { signal: late.signal })]);
  } finally {
    late.abort();
    stdin.off('data', receive).pause().setRawMode(false);
  }
}
