import { readSettings } from '../../shared/service/config.ts';
import { type Clock, systemClock } from '../../shared/wait.ts';
import type { Engine } from '../../worker/engines/engine.ts';
import { gradio } from '../../worker/engines/gradio/index.ts';
import { horde } from '../../worker/engines/horde/index.ts';
import { challenged } from '../../worker/engines/perchance/failures.ts';
import { LIMITS } from '../../worker/engines/perchance/site.ts';
import { createEngineServices } from '../contracts/engine-services.ts';
import { createGradioStandIn, type GradioStandIn } from '../stand-ins/gradio/gradio-stand-in.ts';
import { createHordeStandIn, failure, type HordeStandIn } from '../stand-ins/horde/horde-stand-in.ts';
import { createFakeEngine } from '../worker/fake-engine.ts';
import { openFrontDoor } from '../worker/front-door.ts';

/** A day of a host in a data centre without any key, on stand-ins that fail as the services' documents say. */

const DAY_MS = 24 * 60 * 60_000;
/** Time begins at 00:00 UTC of some day. */
const MIDNIGHT = 20_000 * DAY_MS;

/** Documented: two minutes of a GPU a day for an address without an account; a distilled model takes some 4 s. */
const GPU_SECONDS_A_DAY = 120;
const GPU_SECONDS_A_PICTURE = 4;
/** Documented: anonymous places are shared by the whole world, and refused when all are taken. How often is a guess. */
const POOL_CYCLE_MS = 300_000;
const POOL_FULL_MS = 30_000;

export interface FreeDay {
  /** Pictures by engine. */
  readonly shares: Readonly<Record<string, number>>;
  readonly failures: number;
  /** On the day's own clock. */
  readonly longestMs: number;
}

interface DayClock extends Clock {
  pass(milliseconds: number): void;
}

/** An engine that waits moves the time on: one request comes after the other. */
function createDayClock(): DayClock {
  let nowMs = MIDNIGHT;
  return {
    now: () => nowMs,
    pass: (milliseconds) => {
      nowMs += milliseconds;
    },
    wait: async (milliseconds, signal) => {
      await systemClock.wait(0, signal);
      nowMs += milliseconds;
    },
  };
}

/** The site asks every visit from a data centre for a human check. */
const createChallengedPerchance = (): Engine => ({
  ...createFakeEngine('perchance', () => Promise.reject(challenged('outer page'))),
  limits: LIMITS,
});

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

function fillPoolAtTimes(standIn: HordeStandIn, clock: Clock): void {
  standIn.interfere(({ path }) => {
    const isFull = clock.now() % POOL_CYCLE_MS < POOL_FULL_MS;
    return path === '/generate/async' && isFull ? failure(429, 'TooManyPrompts') : undefined;
  });
}

/** So many requests, spread evenly over the day, by the default order. */
export async function liveFreeDay(requests: number): Promise<FreeDay> {
  const clock = createDayClock();
  const spaces = await createGradioStandIn();
  const volunteers = await createHordeStandIn();
  limitGpuTime(spaces, clock);
  fillPoolAtTimes(volunteers, clock);
  const services = createEngineServices({ clock });
  const spacesAt = { GRADIO_SPACES: 'acme/painter', GRADIO_HUB_URL: spaces.url };
  const door = await openFrontDoor({
    // The worker's own pauses, such as between signs of life, are none of a caller's waits.
    clock: { now: clock.now, wait: systemClock.wait },
    engines: [
      createChallengedPerchance(),
      gradio.create(readSettings(gradio.settings, spacesAt), services),
      horde.create(readSettings(horde.settings, { HORDE_URL: volunteers.url }), services),
      { ...createFakeEngine('sketch'), isProgrammed: true },
    ],
  });
  try {
    const shares: Record<string, number> = {};
    let failures = 0;
    let longestMs = 0;
    for (let index = 0; index < requests; index += 1) {
      clock.pass(Math.max(0, MIDNIGHT + (index * DAY_MS) / requests - clock.now()));
      const startedAt = clock.now();
      const { result } = await door.produce({ prompt: `picture ${index}`, seed: index, width: 256, height: 256 });
      longestMs = Math.max(longestMs, clock.now() - startedAt);
      if (result === undefined) failures += 1;
      else shares[result.engine] = (shares[result.engine] ?? 0) + 1;
    }
    return { shares, failures, longestMs };
  } finally {
    await door.close();
    await Promise.all([spaces.close(), volunteers.close()]);
  }
}
