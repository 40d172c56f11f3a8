import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Service } from '../e2e/service.ts';
import type { Answer } from '../stand-ins/http-stand-in.ts';
import type { ImgurMode } from '../stand-ins/imgur/modes.ts';
import type { PerchanceMode } from '../stand-ins/perchance/modes.ts';
import type { Random } from '../support/random.ts';
import { NOTICED_WITHIN_MS } from './service-clock.ts';
import type { System } from './system.ts';

/** Faults during a soak. Each one lasts a moment and ends, and the services must then work again. */
export interface Fault {
  readonly name: string;
  strike(system: System, random: Random): Promise<void>;
}

const SHORTEST_MS = 500;
const LONGEST_MS = 4000;
const last = (random: Random): Promise<void> => delay(random.int(SHORTEST_MS, LONGEST_MS));

const PERCHANCE_MODES = [
  ...['busy', 'queued', 'network_busy', 'gen_failure', 'key_expired', 'slow', 'stale'],
  ...['download_403', 'download_truncated', 'download_html', 'connection_reset', 'lost_click', 'ad_code'],
] as unknown as readonly [PerchanceMode, ...PerchanceMode[]];
const IMGUR_MODES: readonly [ImgurMode, ...ImgurMode[]] = [
  ...(['over500', 'html503', 'toofast429', 'reset', 'reset_before'] as const),
  ...(['datafalse', 'success_without_link', 'media_429', 'slow'] as const),
];
const OPENAI_ANSWERS: readonly [Answer, ...Answer[]] = [
  ...(['reset', 'truncate', 'drip', 'hang'] as const),
  ...[{ status: 500, body: 'oops' }, { status: 503 }, { status: 429, headers: { 'retry-after': '1' } }],
  ...[
    { status: 200, body: { data: [] } },
    { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' },
  ],
];

const pickService = ({ gateway, worker }: System, random: Random): Service => random.pick([gateway, worker]);

/** Sets the kernel's limit for the size of files that the process writes. */
const limitFiles = (pid: number, bytes: number | 'unlimited') =>
  promisify(execFile)('prlimit', [`--pid=${pid}`, `--fsize=${bytes}:`]);
/** Less than the size of any picture. */
const FULL_DISK_BYTES = 400;

const CLOCK_JUMPS_SECONDS = [7200, 600, -3600, -600] as const;

export const FAULTS: readonly Fault[] = [
  {
    name: 'engine perchance',
    strike: async ({ perchance }, random) => {
      perchance.setMode(random.pick(PERCHANCE_MODES));
      await last(random);
      perchance.setMode('ok');
    },
  },
  {
    name: 'engine openai',
    strike: async ({ openai }, random) => {
      const answer = random.pick(OPENAI_ANSWERS);
      openai.interfere(() => answer);
      await last(random);
      openai.mend();
    },
  },
  {
    name: 'store imgur',
    strike: async ({ imgur }, random) => {
      imgur.setMode(random.pick(IMGUR_MODES));
      await last(random);
      imgur.setMode('ok');
    },
  },
  {
    name: 'network',
    strike: async ({ link }, random) => {
      link.cut();
      await last(random);
      link.mend();
    },
  },
  {
    name: 'disk',
    strike: async (system, random) => {
      const { pid } = pickService(system, random);
      await limitFiles(pid, FULL_DISK_BYTES);
      await last(random);
      await limitFiles(pid, 'unlimited');
    },
  },
  { name: 'redis', strike: async ({ redis }) => redis?.crashAndRestart() },
  {
    name: 'browser',
    strike: async ({ chromium }, random) => {
      const [renderer] = await chromium.renderers().catch(() => []);
      const victim = random.chance(0.5) ? renderer : await chromium.browser().catch(() => undefined);
      // There is no browser while the worker starts one.
      if (victim !== undefined) process.kill(victim, 'SIGKILL');
    },
  },
  {
    name: 'standstill',
    strike: async (system, random) => {
      const { pid } = pickService(system, random);
      process.kill(pid, 'SIGSTOP');
      await last(random);
      process.kill(pid, 'SIGCONT');
    },
  },
  {
    // As a time server sets it right, or as it is after a virtual machine has slept; then back to what it was.
    name: 'clock',
    strike: async ({ clocks }, random) => {
      const clock = clocks && random.pick([clocks.gateway, clocks.worker]);
      clock?.set(random.pick(CLOCK_JUMPS_SECONDS));
      await delay(NOTICED_WITHIN_MS);
      await last(random);
      clock?.set(0);
      await delay(NOTICED_WITHIN_MS);
    },
  },
  {
    name: 'service',
    strike: async (system, random) => {
      const service = pickService(system, random);
      await service.kill(random.pick(['SIGKILL', 'SIGTERM']));
      await delay(random.int(0, LONGEST_MS));
      await service.start();
    },
  },
];
