import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import type { ProductionEvent } from '../../shared/contract/wire.ts';
import { type Chain, startChain } from '../e2e/chain.ts';
import { type ChromiumProcesses, watchChromium } from '../e2e/chromium-processes.ts';
import { WORKER_TOKEN } from '../e2e/services.ts';
import { until } from '../support/poll.ts';
import { toRequest } from '../worker/front-door.ts';

/** Callers who hang up, over both engines together. HOSTILE_LEAVERS=2000 makes a long run. */
const LEAVERS = Number(process.env.HOSTILE_LEAVERS ?? 300);
const AT_ONCE = 10;
const SHORTEST_STAY_MS = 5;
const LONGEST_STAY_MS = 300;
/** Connections and files that open and close without a leak. */
const DESCRIPTORS_APART = 10;
/** Chromium starts and ends helper processes, such as a spare renderer. A leak would leave one for each caller. */
const PROCESSES_APART = 4;

let lastJob = 0;

/** Resolves with the answer's text. Undefined when the caller hung up before the end. */
async function callWorker(chain: Chain, stayMs?: number): Promise<string | undefined> {
  lastJob += 1;
  const call = request(`${chain.workerUrl}/productions`, {
    method: 'POST',
    agent: false,
    headers: { authorization: `Bearer ${WORKER_TOKEN}`, 'content-type': 'application/json' },
    ...(stayMs === undefined ? {} : { signal: AbortSignal.timeout(stayMs) }),
  });
  call.end(
    JSON.stringify({ jobId: `leaver-${lastJob}`, request: toRequest({ width: 64, height: 64, seed: lastJob }) }),
  );
  try {
    const [response] = await once(call, 'response');
    return await text(response);
  } catch (error) {
    // If the worker has died, a later check fails and shows the last lines of its log.
    if (stayMs !== undefined && error instanceof Error) return undefined;
    throw error;
  }
}

/** Goes through all stays between the bounds in an order that looks random and is always the same. */
const stayOf = (leaver: number): number => SHORTEST_STAY_MS + ((leaver * 7919) % (LONGEST_STAY_MS - SHORTEST_STAY_MS));

async function manyLeave(chain: Chain, count: number, atOnce: number): Promise<void> {
  let next = 0;
  const comeOneAfterAnother = async (): Promise<void> => {
    for (let leaver = next++; leaver < count; leaver = next++) await callWorker(chain, stayOf(leaver));
  };
  await Promise.all(Array.from({ length: atOnce }, comeOneAfterAnother));
}

async function askToTheEnd(chain: Chain): Promise<ProductionEvent | undefined> {
  const answer = await callWorker(chain);
  return JSON.parse(answer?.trim().split('\n').at(-1) ?? 'null') as ProductionEvent | undefined;
}

const countDescriptors = async (pid: number): Promise<number> => (await readdir(`/proc/${pid}/fd`)).length;

for (const engine of ['sketch', 'perchance']) {
  describe(`callers who hang up on ${engine}`, () => {
    let chromium: ChromiumProcesses;
    let chain: Chain;
    before(async () => {
      chromium = await watchChromium();
      const workerEnv = { ENGINES: engine, STORES: 'disk', CONCURRENCY: '2', TMPDIR: chromium.directory };
      chain = await startChain({ start: ['worker'], workerEnv });
    });
    after(async () => {
      await chain.stop();
      await chromium.remove();
    });

    for (const [manner, atOnce] of [
      ['one after another', 1],
      [`${AT_ONCE} at once`, AT_ONCE],
    ] as const) {
      test(`${manner}: the worker lives, serves the next caller, and holds no more resources than before`, async (context) => {
        assert.equal((await askToTheEnd(chain))?.type, 'result');
        await chromium.browser();
        const { pid } = chain.worker;
        const [descriptors, processes] = [await countDescriptors(pid), (await chromium.left()).length];

        await manyLeave(chain, LEAVERS / 4, atOnce);

        assert.equal(chain.worker.exitCode, null, chain.worker.logged.slice(-5).join('\n'));
        const last = await askToTheEnd(chain);
        assert.equal(last?.type, 'result', JSON.stringify(last));
        const faults = chain.worker.logged.filter((line) => line.includes('no caller can catch'));
        context.diagnostic(`${faults.length} browsers replaced for an error of the library`);
        await until(
          async () => (await chromium.left()).length <= processes + PROCESSES_APART,
          'the pages of callers who hung up are closed',
        );
        await until(
          async () => (await countDescriptors(pid)) <= descriptors + DESCRIPTORS_APART,
          'the connections of callers who hung up are closed',
        );
      });
    }
  });
}
