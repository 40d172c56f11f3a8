import { setTimeout as sleep } from 'node:timers/promises';
import type { PreviewMode } from '../options.ts';
import type { Surroundings } from '../surroundings.ts';

export type Way = Exclude<PreviewMode, 'auto'>;

/** How this terminal shows pictures, as far as it says so itself. */
export async function findWay(surroundings: Surroundings, interrupt: () => void): Promise<Way> {
  const { env, stdout, stderr } = surroundings;
  if (!stdout.isTTY || !stderr.isTTY || env.CI !== undefined || env.TERM === 'dumb') return 'none';
  const known = toKnownWay(env);
  if (known !== undefined) return known;
  if ((await askAttributes(surroundings, interrupt)).includes(SIXEL)) return 'sixel';
  return hasTrueColour(env) ? 'blocks' : 'none';
}

const hasTrueColour = ({ COLORTERM }: Surroundings['env']): boolean => /^(?:truecolor|24bit)$/.test(COLORTERM ?? '');

/** Konsole speaks kitty's protocol since this release. */
const KONSOLE_WITH_PICTURES = 220400;

function toKnownWay(env: Surroundings['env']): Way | undefined {
  const { TERM = '', TERM_PROGRAM = '', TMUX, KITTY_WINDOW_ID, KONSOLE_VERSION } = env;
  // What runs inside tmux or screen speaks to that, which would drop the picture or keep its bytes as text.
  if (TMUX !== undefined || /^(?:tmux|screen)/.test(TERM)) return hasTrueColour(env) ? 'blocks' : 'none';
  if (/kitty|ghostty/.test(TERM) || KITTY_WINDOW_ID !== undefined || TERM_PROGRAM === 'ghostty') return 'kitty';
  if (Number(KONSOLE_VERSION) >= KONSOLE_WITH_PICTURES) return 'kitty';
  if (TERM_PROGRAM === 'iTerm.app' || TERM_PROGRAM === 'WezTerm') return 'iterm';
  return undefined;
}

/** The attribute of a terminal that draws sixels, in its answer to DA1 (VT510 manual, "Primary Device Attributes"). */
const SIXEL = '4';
/** The picture takes longer anyway, and what comes later would be typed into the shell. */
const ANSWER_MS = 1000;
const CTRL_C = 0x03;
/** Behind the escape character. */
const ATTRIBUTES = /\[\?([\d;]*)c/;

async function askAttributes({ stdin, stderr }: Surroundings, interrupt: () => void): Promise<readonly string[]> {
  if (!stdin.isTTY) return [];
  const { promise, resolve } = Promise.withResolvers<readonly string[]>();
  let heard = '';
  const hear = (bytes: Buffer): void => {
    // A terminal that hands on every key sends no signal for this one.
    if (bytes.includes(CTRL_C)) interrupt();
    heard += bytes.toString('latin1');
    const [, attributes] = ATTRIBUTES.exec(heard) ?? [];
    if (attributes !== undefined) resolve(attributes.split(';').slice(1));
  };
  const late = new AbortController();
  stdin.setRawMode(true).on('data', hear).resume();
  stderr.write('\x1b[c');
  try {
    return await Promise.race([promise, sleep(ANSWER_MS, [], { signal: late.signal })]);
  } finally {
    late.abort();
    stdin.off('data', hear).pause().setRawMode(false);
  }
}
