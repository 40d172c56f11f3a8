import type { FakeProductions } from '../stand-ins/worker/fake-production.ts';
import { createFakeWorker } from '../stand-ins/worker/fake-worker.ts';
import type { Server } from './processes.ts';
import { type Figure, median, type Section } from './report.ts';
import { startGateway } from './services.ts';

/** Whether the times to accept a job and to start the next one stay the same while more and more jobs wait. */

const DEPTHS = [10, 100, 1000, 10_000];
const SAMPLES = 150;
const WARM_UP = 100;
const SENT_AT_ONCE = 16;
const CLIENTS = 100;

type Arrivals = Pick<FakeProductions, 'at'>;

interface Line {
  /** Sends one more job. Resolves with the milliseconds until its 202. */
  accept(): Promise<number>;
  /** Ends the running job. Resolves with the milliseconds until the next one reaches the worker. */
  pickUp(): Promise<number>;
}

function createLine(gateway: Server, productions: Arrivals): Line {
  let sent = 0;
  let begun = 0;
  return {
    accept: async () => {
      const number = sent++;
      const startedAt = performance.now();
      const response = await fetch(`${gateway.url}/jobs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': `192.0.2.${number % CLIENTS}` },
        body: JSON.stringify({ prompt: `job ${number}`, seed: number }),
      });
      await response.arrayBuffer();
      if (response.status !== 202) throw new Error(`status ${response.status}`);
      return performance.now() - startedAt;
    },
    pickUp: async () => {
      const current = await productions.at(begun++);
      const startedAt = performance.now();
      current.finish();
      await productions.at(begun);
      return performance.now() - startedAt;
    },
  };
}

async function fill(line: Line, count: number): Promise<void> {
  for (let left = count; left > 0; left -= SENT_AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(left, SENT_AT_ONCE) }, line.accept));
  }
}

/** Adds one job and ends one, repeatedly, so that the number of waiting jobs stays the same. */
async function sample(line: Line, times: number): Promise<{ acceptMs: number; pickUpMs: number }> {
  const accepts: number[] = [];
  const pickUps: number[] = [];
  for (let index = 0; index < times; index++) {
    accepts.push(await line.accept());
    pickUps.push(await line.pickUp());
  }
  return { acceptMs: median(accepts), pickUpMs: median(pickUps) };
}

export async function measureDepths(gateway: Server, productions: Arrivals): Promise<Figure[]> {
  const line = createLine(gateway, productions);
  const figures: Figure[] = [];
  let waiting = 0;
  let shallow: { acceptMs: number; pickUpMs: number } | undefined;
  for (const depth of DEPTHS) {
    // The running job does not count as waiting.
    await fill(line, depth - waiting + (waiting === 0 ? 1 : 0));
    waiting = depth;
    if (shallow === undefined) await sample(line, WARM_UP);
    const { acceptMs, pickUpMs } = await sample(line, SAMPLES);
    shallow ??= { acceptMs, pickUpMs };
    const aim = depth === DEPTHS.at(-1) ? 'flat' : undefined;
    const reference = (value: number) => ({ what: `that with ${DEPTHS[0]}`, value });
    figures.push(
      {
        what: `accepted with ${depth} waiting`,
        value: acceptMs,
        unit: 'ms',
        reference: reference(shallow.acceptMs),
        aim,
      },
      {
        what: `picked up with ${depth} waiting`,
        value: pickUpMs,
        unit: 'ms',
        reference: reference(shallow.pickUpMs),
        aim,
      },
    );
  }
  return figures;
}

export const waiting: Section = {
  name: 'waiting',
  title: `Waiting jobs of ${CLIENTS} clients, one gateway with its own file: medians`,
  async measure() {
    const worker = await createFakeWorker({ concurrency: 1 });
    const gateway = await startGateway({
      WORKER_URL: worker.url,
      WORKER_TOKEN: worker.token,
      MAX_WAITING: '20000',
      TRUST_PROXY: '1',
    });
    try {
      return await measureDepths(gateway, { at: worker.production });
    } finally {
      await worker.close();
      await gateway.stop();
    }
  },
};
