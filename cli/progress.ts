import type { WriteStream } from 'node:tty';
import type { Job } from './job.ts';
import type { Surroundings } from './surroundings.ts';
import { cut, toPrintable } from './text.ts';

/** One line on the terminal with the state of the job, and sentences above it. */
export interface Progress {
  /** `label`: which of several jobs it is, for instance `2/4`. */
  show(job: Job, label?: string): void;
  wait(reason: string): void;
  /** Prints a line that stays. */
  say(sentence: string): void;
  clear(): void;
}

interface ProgressOptions extends Pick<Surroundings, 'stderr' | 'env'> {
  readonly isQuiet: boolean;
}

const TICK_MS = 1000;
const CLEAR_LINE = '\r\x1b[K';

export function createProgress({ stderr, env, isQuiet }: ProgressOptions): Progress {
  const isShown = stderr.isTTY === true && env.TERM !== 'dumb' && !isQuiet;
  const hasTaskbar = isShown && knowsTaskbar(env);
  let isDrawn = false;
  let latest: { readonly job: Job; readonly label: string; readonly at: number } | undefined;
  let timer: NodeJS.Timeout | undefined;

  function draw(text: string): void {
    if (!isShown) return;
    stderr.write(`${CLEAR_LINE}${cut(text, columnsOf(stderr) - 1)}`);
    isDrawn = true;
  }
  function drawLatest(): void {
    if (latest === undefined) return;
    const { job, label, at } = latest;
    draw(`${label}${toLine(job, (performance.now() - at) / 1000)}`);
  }
  function clear(): void {
    clearInterval(timer);
    timer = undefined;
    latest = undefined;
    if (isDrawn) stderr.write(`${CLEAR_LINE}${hasTaskbar ? toTaskbar(0, 0) : ''}`);
    isDrawn = false;
  }

  return {
    show: (job, label = '') => {
      latest = { job, label, at: performance.now() };
      drawLatest();
      if (hasTaskbar) stderr.write(toTaskbar(job.progress > 0 ? 1 : 3, Math.round(job.progress * 100)));
      // Redrawn every second, so that the time left counts down between two events.
      timer ??= setInterval(drawLatest, TICK_MS).unref();
    },
    wait: (reason) => {
      latest = undefined;
      draw(reason);
    },
    say: (sentence) => {
      if (isQuiet) return;
      stderr.write(`${isDrawn ? CLEAR_LINE : ''}${sentence}\n`);
      isDrawn = false;
      drawLatest();
    },
    clear,
  };
}

const columnsOf = ({ columns }: WriteStream): number => (columns > 0 ? columns : 80);

/** Other terminals show the text of OSC 9 as a message. */
const knowsTaskbar = ({ WT_SESSION, ConEmuANSI, TERM_PROGRAM, TERM }: Surroundings['env']): boolean =>
  WT_SESSION !== undefined || ConEmuANSI === 'ON' || TERM_PROGRAM === 'ghostty' || TERM === 'xterm-ghostty';

/** https://learn.microsoft.com/windows/terminal/tutorials/progress-bar-sequences: 0 none, 1 percent, 3 unknown. */
const toTaskbar = (state: number, percent: number): string => `\x1b]9;4;${state};${percent}\x07`;

/** Texts by stage, or by status when the job has no stage. */
const STAGES: Readonly<Record<string, string>> = {
  queued: 'in the queue',
  running: 'starting',
  storing: 'storing it',
  wake: 'waking the worker',
  queue: 'in the queue',
  waiting: 'waiting for a free engine',
  browser: 'starting the browser',
  page: 'opening the page',
  generate: 'making the picture',
  download: 'fetching the picture',
  convert: 'converting it',
  upload: 'storing it',
};

function toLine(job: Job, secondsSince: number): string {
  const { stage, status, engine, engine_status, queue_position, eta_seconds, progress } = job;
  const place = queue_position === undefined ? '' : `, place ${queue_position}`;
  const what = STAGES[stage ?? status] ?? toPrintable(stage ?? status);
  const left = eta_seconds === undefined ? undefined : Math.max(Math.round(eta_seconds - secondsSince), 0);
  return [
    `${what}${place}${engine === undefined ? '' : ` (${toPrintable(engine)})`}`,
    ...(progress > 0 ? [`${toBar(progress)} ${Math.round(progress * 100)} %`] : []),
    ...(left !== undefined && left > 0 ? [`${left} s left`] : []),
    ...(engine_status === undefined ? [] : [toPrintable(engine_status)]),
  ].join(' · ');
}

const BAR_COLUMNS = 12;

function toBar(fraction: number): string {
  const full = Math.round(Math.min(fraction, 1) * BAR_COLUMNS);
  return '█'.repeat(full) + '░'.repeat(BAR_COLUMNS - full);
}
