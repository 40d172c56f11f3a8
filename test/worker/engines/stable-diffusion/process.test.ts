import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, type TestContext, test } from 'node:test';
import { AppError } from '../../../../shared/errors.ts';
import type { EngineRequest } from '../../../../worker/engines/engine.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { childrenOf } from '../../../support/proc.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';
import { createMemoryCgroup, MEMORY_CGROUP } from './memory-cgroup.ts';
import { createTinyEngine, findChildren, requestFor, type TinyEngine, waitForEnd, writeTinySet } from './setup.ts';
import { needing, RUNTIME } from './with-runtime.ts';

/** Several steps of about a tenth of a second, long enough that a test can act in the middle of one. */
const LARGE = { width: 512, height: 512, steps: 20 };
const PROMPT_MS = 200;

interface Underway {
  readonly outcome: Promise<unknown>;
  readonly abort: AbortController;
  readonly pid: number;
}

/** Starts a large picture, and resolves after its first step. */
async function start(tiny: TinyEngine, changes: Partial<EngineRequest> = {}): Promise<Underway> {
  const abort = new AbortController();
  const stepped = Promise.withResolvers<void>();
  const onProgress = ({ engineStatus = '' }: { engineStatus?: string | undefined }): void => {
    if (engineStatus.startsWith('step')) stepped.resolve();
  };
  const outcome = tiny.engine
    .generate(requestFor({ ...LARGE, ...changes }), { signal: abort.signal, onProgress })
    .catch((error: unknown) => error);
  await Promise.race([stepped.promise, outcome]);
  const [pid = 0] = await findChildren();
  return { outcome, abort, pid };
}

async function failureOf(outcome: Promise<unknown>): Promise<AppError> {
  const error = await outcome;
  assert.ok(error instanceof AppError, String(error));
  return error;
}

async function make(context: TestContext, options: Parameters<typeof createTinyEngine>[0] = {}): Promise<TinyEngine> {
  const tiny = await createTinyEngine(options);
  context.after(tiny.close);
  return tiny;
}

const SLOW = { set: { scale: 'tiny' } } as const;

needing([RUNTIME], 'the Stable Diffusion process', () => {
  describe('the process of stable-diffusion', () => {
    test(`is killed in the middle of a step to cancel, within ${PROMPT_MS} ms`, async (context) => {
      const tiny = await make(context, SLOW);
      const durations: number[] = [];
      for (let round = 0; round < 3; round++) {
        const { outcome, abort, pid } = await start(tiny);
        const abortedAt = performance.now();
        abort.abort();
        assert.equal((await failureOf(outcome)).code, 'cancelled');
        durations.push(performance.now() - abortedAt);
        await waitForEnd(pid);
      }
      assert.ok(Math.min(...durations) < PROMPT_MS, `took ${durations.map(Math.round).join(', ')} ms`);
      assert.deepEqual(await findChildren(), []);
      assert.equal((await tiny.paint()).images.length, 1);
    });

    test('a request behind a cancelled picture gets a new process', async (context) => {
      const tiny = await make(context, SLOW);
      const first = await start(tiny);
      const waiting = tiny.paint();
      first.abort.abort();
      await first.outcome;
      assert.equal((await waiting).images.length, 1);
      assert.notDeepEqual(await findChildren(), [first.pid]);
    });

    test('a request that is cancelled while it waits does not disturb the running one', async (context) => {
      const tiny = await make(context, SLOW);
      const { outcome } = await start(tiny, { steps: 4 });
      const abort = new AbortController();
      const waiting = tiny.paint({}, abort.signal);
      abort.abort();
      await assert.rejects(waiting, { code: 'cancelled' });
      assert.ok(!((await outcome) instanceof Error));
    });

    for (const [signal, pattern] of [
      ['SIGKILL', /not enough memory/],
      ['SIGSEGV', /crashed/],
      ['SIGABRT', /crashed/],
    ] as const) {
      test(`ended by ${signal}: a clear error, and the next picture is made`, async (context) => {
        const tiny = await make(context, SLOW);
        const { outcome, pid } = await start(tiny);
        process.kill(pid, signal);
        const error = await failureOf(outcome);
        assert.equal(error.code, 'engine_failed');
        assert.match(error.publicMessage, pattern);
        assert.match(error.message, new RegExp(signal));
        assert.equal((await tiny.paint()).images.length, 1);
      });
    }

    test('ends after idle time, and starts again for the next picture', async (context) => {
      const clock = createManualClock();
      const tiny = await make(context, { clock, config: { idleUnloadMs: 60_000 } });
      const first = await tiny.paint();
      const [pid = 0] = await findChildren();
      clock.advance(59_999);
      assert.deepEqual(await findChildren(), [pid]);
      clock.advance(1);
      await waitForEnd(pid);
      assert.deepEqual(await findChildren(), []);
      assert.deepEqual(await tiny.paint(), first);
    });

    test('stays while a picture is made, however long that takes', async (context) => {
      const clock = createManualClock();
      const tiny = await make(context, { ...SLOW, clock, config: { idleUnloadMs: 60_000 } });
      const { outcome } = await start(tiny, { steps: 4 });
      clock.advance(1_000_000);
      assert.ok(!((await outcome) instanceof Error));
    });

    test('ends with the worker, even if that is killed', async (context) => {
      const directory = await writeTinySet({ scale: 'tiny' });
      const host = spawn(process.execPath, [join(import.meta.dirname, 'host.ts'), directory, '512']);
      context.after(() => {
        host.kill('SIGKILL');
        return removeDirectory(directory);
      });
      const lines = createInterface({ input: host.stdout });
      for await (const line of lines) if (line.includes('step 1')) break;
      const pid = await childOf(host.pid ?? 0);
      host.kill('SIGKILL');
      await once(host, 'exit');
      await waitForEnd(pid);
    });

    test('is the first that the kernel kills when memory runs out', async (context) => {
      const tiny = await make(context);
      await tiny.paint();
      const [pid = 0] = await findChildren();
      assert.equal((await readFile(`/proc/${pid}/oom_score_adj`, 'utf8')).trim(), '1000');
    });

    test('does not exist before the first picture', async (context) => {
      const tiny = await make(context);
      assert.deepEqual(await findChildren(), []);
      await tiny.engine.stop?.();
    });
  });

  needing([MEMORY_CGROUP], 'out of memory', () => {
    test('the kernel kills the process and not the worker when memory runs out, and a smaller picture is made', async (context) => {
      const directory = await writeTinySet({ scale: 'tiny' });
      // Node and the runtime take 200 MB; 640x640 needs about 1 GB.
      const cgroup = createMemoryCgroup(500 * 1024 * 1024);
      context.after(() => {
        cgroup.remove();
        return removeDirectory(directory);
      });
      const host = spawn(
        ...cgroup.wrap([process.execPath, join(import.meta.dirname, 'host.ts'), directory, '896', '64']),
      );
      const outcomes: Record<string, unknown>[] = [];
      createInterface({ input: host.stdout }).on('line', (line) => outcomes.push(JSON.parse(line)));
      const [code] = await once(host, 'close');
      const ends = outcomes.filter(({ engineStatus }) => engineStatus === undefined);
      assert.deepEqual(
        ends.map(({ size, code, images }) => ({ size, code, images })),
        [
          { size: 896, code: 'engine_failed', images: undefined },
          { size: 64, code: undefined, images: 1 },
        ],
      );
      assert.match(String(ends[0]?.publicMessage), /not enough memory/);
      assert.equal(code, 0);
    });
  });
});

describe('a process with faults', () => {
  const childPath = join(import.meta.dirname, 'fake-child.ts');

  const behave = (context: TestContext, behaviour: string): void => {
    process.env.FAKE_CHILD = behaviour;
    context.after(() => {
      delete process.env.FAKE_CHILD;
    });
  };

  test('ends at once: its last output is in the internal message, not in the public one', async (context) => {
    behave(context, 'exits');
    const tiny = await make(context, { config: { childPath } });
    const error = await failureOf(tiny.paint().catch((thrown: unknown) => thrown));
    assert.equal(error.code, 'engine_failed');
    assert.match(error.message, /ended with code 134: terminate called/);
    assert.doesNotMatch(error.publicMessage, /Napi/);
  });

  test('never answers: it is killed when the request is cancelled', async (context) => {
    behave(context, 'hangs');
    const tiny = await make(context, { config: { childPath } });
    const abort = new AbortController();
    const loading = Promise.withResolvers<void>();
    const outcome = tiny.engine
      .generate(requestFor(), { signal: abort.signal, onProgress: () => loading.resolve() })
      .catch((error: unknown) => error);
    await loading.promise;
    abort.abort(new AppError('engine_timeout', 'the deadline'));
    assert.equal((await failureOf(outcome)).code, 'engine_timeout');
  });

  test('cannot be started', async (context) => {
    const tiny = await make(context, { config: { childPath: `${childPath}.missing` } });
    const error = await failureOf(tiny.paint().catch((thrown: unknown) => thrown));
    assert.match(error.message, /ended with code 1.*Cannot find module/s);
  });
});

const childOf = async (pid: number): Promise<number> => Number(childrenOf(pid)[0]);
