import { readSettings } from '../../shared/service/config.ts';
import { createLog } from '../../shared/service/log.ts';
import { type Clock, systemClock } from '../../shared/wait.ts';
import { createBrowserSupervisor } from '../../worker/browser/supervisor.ts';
import type { Engine } from '../../worker/engines/engine.ts';
import { gradio } from '../../worker/engines/gradio/index.ts';
import { horde } from '../../worker/engines/horde/index.ts';
import { challenged } from '../../worker/engines/perchance/failures.ts';
import { perchance } from '../../worker/engines/perchance/index.ts';
import { createEngineServices } from '../contracts/engine-services.ts';
import { createGradioStandIn, type GradioStandIn } from '../stand-ins/gradio/gradio-stand-in.ts';
import { createHordeStandIn, failure, type HordeStandIn } from '../stand-ins/horde/horde-stand-in.ts';
import { createPerchanceStandIn } from '../stand-ins/perchance/perchance-stand-in.ts';
import { createHurriedDay, type HurriedDay } from '../support/hurried-day.ts';
import { createRandom } from '../support/random.ts';
import { createFakeEngine } from '../worker/fake-engine.ts';
import { startInProcess } from './in-process.ts';

/**
 * A day of a host in a data centre without any key, through a whole gateway and worker, on stand-ins that fail as the
 * services' documents say.
 */

const DAY_MS = 24 * 60 * 60_000;
/** Time begins at 00:00 UTC of some day. */
const MIDNIGHT = 20_000 * DAY_MS;

/** Documented: two minutes of a GPU a day for an address without an account; a distilled model takes some 4 s. */
const GPU_SECONDS_A_DAY = 120;
const GPU_SECONDS_A_PICTURE = 4;
/** Documented: all anonymous callers share the places, and are refused when all are taken. How often is a guess. */
const POOL_CYCLE_MS = 300_000;
const POOL_FULL_MS = 30_000;
/** Documented: 20 s and more. That the volunteers take no longer than this is a guess. */
const HORDE_WORK_MS = { from: 10_000, to: 40_000 };
/** A visit in a real browser takes a second or two, so only some of the challenges are met in one. */
const CHALLENGES_A_VISIT = 20;

/** The default of WAIT_BUDGET_MS, and a short one such as a chat program's time-out asks for. */
export const BUDGETS_MS = { usual: 85_000, short: 20_000 };
/** One in this many callers uses the gateway with the short budget. */
const CALLERS_A_SHORT_BUDGET = 5;
const FALLBACK_WITHIN_MS = 70_000;
const LOOK_MS = 2000;

export interface FreeDay {
  /** Pictures by engine. */
  readonly shares: Readonly<Record<string, number>>;
  readonly failures: number;
  /** Callers that were answered 202 and fetched their picture later. */
  readonly handedOver: number;
  /** How much longer than its budget a caller was held at most, on the day's own clock. Negative: never. */
  readonly longestBeyondMs: number;
  /** The longest wait for a picture, on the day's own clock. */
  readonly longestMs: number;
  /** Challenges that were met in a real browser, and all of them. */
  readonly visits: number;
  readonly challenges: number;
}

function limitGpuTime(standIn: GradioStandIn, clock: Clock): void {
  let made = 0;
  standIn.interfere(({ path }) => {
    if (path !== '/gradio_api/queue/join') return undefined;
    const isUsedUp = made * GPU_SECONDS_A_PICTURE >= GPU_SECONDS_A_DAY;
    const seconds = Math.ceil((DAY_MS - (clock.now() % DAY_MS)) / 1000);
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    const time = [hours, minutes, seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
    standIn.failure = isUsedUp
      ? `You have exceeded your GPU quota (60s requested vs. 0s left). Please retry in ${time}`
      : undefined;
    if (!isUsedUp) made += 1;
    return undefined;
  });
}

/** The pool is full at times, and a picture takes as long as volunteers take. */
function slowDown(standIn: HordeStandIn, clock: Clock): void {
  const random = createRandom(2026);
  let doneAt = 0;
  standIn.interfere(({ path }) => {
    if (path === '/generate/async') {
      if (clock.now() % POOL_CYCLE_MS < POOL_FULL_MS) return failure(429, 'TooManyPrompts');
      doneAt = clock.now() + HORDE_WORK_MS.from + random.next() * (HORDE_WORK_MS.to - HORDE_WORK_MS.from);
    }
    standIn.neverEnds = clock.now() < doneAt;
    return undefined;
  });
}

/** The site asks every visit from a data centre for a human check: by a real browser, or as that engine puts it. */
async function createChallengedPerchance(clock: HurriedDay) {
  const site = await createPerchanceStandIn({ mode: 'cf403_document' });
  const log = createLog({ service: 'test', level: 'silent' });
  const pages = createBrowserSupervisor({ restartAfterPages: 0, idleShutdownMs: 0, clock: systemClock, log });
  const settings = readSettings(perchance.settings, {
    PERCHANCE_URL: site.url,
    PERCHANCE_EMBED_URL: site.embedUrl,
    PERCHANCE_PAGE_URL: site.imagePageUrl,
  });
  const real = perchance.create(settings, { ...createEngineServices({}), pages });
  const counts = { visits: 0, challenges: 0 };
  const engine: Engine = {
    ...real,
    generate: async (request, context) => {
      counts.challenges += 1;
      if (counts.challenges % CHALLENGES_A_VISIT !== 1) throw challenged('outer page');
      counts.visits += 1;
      return clock.inRealTime(() => real.generate(request, context));
    },
  };
  const close = async (): Promise<void> => {
    await pages.stop();
    await site.stop();
  };
  return { engine, counts, close };
}

interface Answer {
  readonly status: number;
  readonly body: { readonly engine?: string; readonly status?: string; readonly status_url?: string };
}

async function ask(url: string): Promise<Answer> {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

interface Outcome {
  readonly engine: string | undefined;
  readonly heldMs: number;
  readonly tookMs: number;
  readonly isHandedOver: boolean;
}

/** One caller, who follows a 202 to its picture. */
async function fetchPicture(url: string, index: number, clock: Clock): Promise<Outcome> {
  const startedAt = clock.now();
  const first = await ask(`${url}/generate?prompt=picture+${index}&seed=${index}&width=256&height=256`);
  const heldMs = clock.now() - startedAt;
  let last = first;
  while (last.status === 202 || ['queued', 'running', 'storing'].includes(last.body.status ?? '')) {
    await clock.wait(LOOK_MS);
    last = await ask(new URL(String(first.body.status_url), url).href);
  }
  const isMade = last.status === 200 && last.body.status !== 'failed' && last.body.status !== 'cancelled';
  const engine = isMade ? last.body.engine : undefined;
  return { engine, heldMs, tookMs: clock.now() - startedAt, isHandedOver: first.status === 202 };
}

/** Sends `requests` evenly over the day, with the default engines. A real second is `rate` seconds of that day. */
export async function liveFreeDay(requests: number, rate: number): Promise<FreeDay> {
  const clock = createHurriedDay(MIDNIGHT, rate);
  const undo = clock.govern();
  const spaces = await createGradioStandIn();
  const volunteers = await createHordeStandIn();
  limitGpuTime(spaces, clock);
  slowDown(volunteers, clock);
  const site = await createChallengedPerchance(clock);
  const services = createEngineServices({ clock });
  const spacesAt = { GRADIO_SPACES: 'acme/painter', GRADIO_HUB_URL: spaces.url };
  const system = await startInProcess(() => ({
    clock,
    engineTimeoutMs: 120_000,
    fallbackWithinMs: FALLBACK_WITHIN_MS,
    engines: [
      site.engine,
      gradio.create(readSettings(gradio.settings, spacesAt), services),
      horde.create(readSettings(horde.settings, { HORDE_URL: volunteers.url }), services),
      { ...createFakeEngine('sketch'), isProgrammed: true },
    ],
  }));
  try {
    const usual = await system.addGateway(BUDGETS_MS.usual);
    const short = await system.addGateway(BUDGETS_MS.short);
    const outcomes: (Outcome & { readonly budgetMs: number })[] = [];
    for (let index = 0; index < requests; index += 1) {
      clock.jump(Math.max(0, MIDNIGHT + (index * DAY_MS) / requests - clock.now()));
      const isShort = index % CALLERS_A_SHORT_BUDGET === 0;
      const outcome = await fetchPicture(isShort ? short : usual, index, clock);
      outcomes.push({ ...outcome, budgetMs: isShort ? BUDGETS_MS.short : BUDGETS_MS.usual });
    }
    return { ...summarise(outcomes), ...site.counts };
  } finally {
    await system.close();
    await Promise.all([site.close(), spaces.close(), volunteers.close()]);
    undo();
  }
}

function summarise(outcomes: readonly (Outcome & { readonly budgetMs: number })[]) {
  const shares: Record<string, number> = {};
  for (const { engine } of outcomes) if (engine !== undefined) shares[engine] = (shares[engine] ?? 0) + 1;
  return {
    shares,
    failures: outcomes.filter(({ engine }) => engine === undefined).length,
    handedOver: outcomes.filter(({ isHandedOver }) => isHandedOver).length,
    longestBeyondMs: Math.max(...outcomes.map(({ heldMs, budgetMs }) => heldMs - budgetMs)),
    longestMs: Math.max(...outcomes.map(({ tookMs }) => tookMs)),
  };
}
