import { readSettings } from '../../shared/service/config.ts';
import { type Clock, systemClock } from '../../shared/wait.ts';
import { generate } from '../contracts/engine-checks.ts';
import { createEngineServices } from '../contracts/engine-services.ts';
import type { HttpStandIn } from '../stand-ins/http-stand-in.ts';
import { createEngineSubjects, type EngineSubject } from './engine-subjects.ts';
import { timeFirstPictures } from './first-picture.ts';
import { timeReplay, toOverheadFigures } from './overhead.ts';
import { type Figure, median, type Section } from './report.ts';
import { type Services, startServices, timePicture } from './services.ts';

/** Time that engines, and the whole service, add to the time of the upstream. */

const PICTURES = 40;
const WARM_UP = 5;
/** Engines that make no pauses, so that the whole service can be compared with its upstream. */
const TIMED_WHOLE: ReadonlySet<string> = new Set(['openai', 'automatic1111', 'comfyui', 'gradio', 'cloudflare']);
const WHOLE_PICTURES = 20;

interface PassedClock extends Clock {
  /** Milliseconds that engines waited since the last call. */
  takeWaitedMs(): number;
}

/** Waits end at once and are only counted, because pauses protect real services and cost the engine nothing. */
function createPassedClock(): PassedClock {
  const startedAt = systemClock.now();
  let passedMs = 0;
  let waitedMs = 0;
  return {
    now: () => startedAt + passedMs,
    elapsed: () => passedMs,
    wait: async (milliseconds, signal) => {
      await systemClock.wait(0, signal);
      passedMs += milliseconds;
      waitedMs += milliseconds;
    },
    takeWaitedMs: () => {
      const taken = waitedMs;
      waitedMs = 0;
      return taken;
    },
  };
}

/** Times `picture` repeatedly, and after each run the same upstream requests sent by hand. */
async function timeBoth(standIn: HttpStandIn, pictures: number, picture: (index: number) => Promise<number>) {
  const times: number[] = [];
  const alone: number[] = [];
  for (let index = -WARM_UP; index < pictures; index += 1) {
    const before = standIn.requests.length;
    const time = await picture(index);
    const requests = standIn.requests.slice(before).map(({ method, target, headers, text }) => {
      return { method, target, headers, body: text };
    });
    const aloneMs = await timeReplay(standIn.url, requests);
    if (index < 0) continue;
    times.push(time);
    alone.push(aloneMs);
  }
  return { times, reference: { what: 'the same requests sent by hand', times: alone } };
}

async function measureEngine({ plugin, standIn, env }: EngineSubject): Promise<Figure[]> {
  const clock = createPassedClock();
  // ComfyUI's WebSocket says when the picture is done. With the passed clock the engine would ask before that.
  const engineClock = plugin.name === 'comfyui' ? systemClock : clock;
  const settings = readSettings(plugin.settings, env);
  const engine = plugin.create(settings as never, createEngineServices({ clock: engineClock }));
  const pauses: number[] = [];
  const { times, reference } = await timeBoth(standIn, PICTURES, async (index) => {
    const { shapes, steps, guidanceScale } = engine.limits;
    const options = { steps: steps?.default, guidanceScale: guidanceScale?.default, previews: 0, count: 1 };
    const request = { prompt: `picture ${index}`, negativePrompt: '', seed: WARM_UP + index };
    const startedAt = performance.now();
    await generate(engine, { ...request, shape: 'square', ...shapes.square, ...options });
    pauses.push(clock.takeWaitedMs());
    return performance.now() - startedAt;
  });
  await engine.stop?.();
  const pauseMs = median(pauses.slice(WARM_UP));
  return [
    ...toOverheadFigures(`${plugin.name}: engine's own`, times, reference),
    ...(pauseMs === 0 ? [] : [{ what: `${plugin.name}: pauses that spare the service`, value: pauseMs, unit: 'ms' }]),
  ];
}

async function measureWhole(services: Services, { plugin: { name }, standIn }: EngineSubject): Promise<Figure[]> {
  const { times, reference } = await timeBoth(standIn, WHOLE_PICTURES, async (index) => {
    const { totalMs } = await timePicture(services.url, `engine=${name}&prompt=picture+${index}`);
    return totalMs;
  });
  return toOverheadFigures(`${name}: added by the whole service, with PNG and disk`, times, reference);
}

async function measureWholes(subjects: readonly EngineSubject[]): Promise<Figure[]> {
  const services = await startServices({
    ENGINES: subjects.map(({ plugin }) => plugin.name).join(','),
    ...Object.assign({}, ...subjects.map(({ env }) => env)),
  });
  try {
    const figures: Figure[] = [];
    for (const subject of subjects) figures.push(...(await measureWhole(services, subject)));
    return figures;
  } finally {
    await services.stop();
  }
}

export const engines: Section = {
  name: 'engines',
  title: 'HTTP engines, beyond the time of the service behind them (a stand-in), and a start without a network',
  async measure() {
    const subjects = await createEngineSubjects();
    try {
      const figures: Figure[] = [];
      for (const subject of subjects) figures.push(...(await measureEngine(subject)));
      figures.push(...(await measureWholes(subjects.filter(({ plugin }) => TIMED_WHOLE.has(plugin.name)))));
      return [...figures, ...(await timeFirstPictures())];
    } finally {
      await Promise.all(subjects.map(({ standIn }) => standIn.close()));
    }
  },
};
