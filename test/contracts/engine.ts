import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError, type ErrorCode } from '../../shared/errors.ts';
import { createLog, type Logger } from '../../shared/service/log.ts';
import type { Engine, EngineImage, EngineRequest } from '../../worker/engines/engine.ts';
import { assertCoherentLimits, assertNoLeak, assertProgress, assertRealPicture, generate } from './engine-checks.ts';

/** An engine on its stand-in or on a real browser, and anything that the plug-in's own cases need. */
export interface EngineSubject {
  readonly engine: Engine;
  /** Tokens and passwords that the engine was given. They must never be in an error or in the log. */
  readonly secrets: readonly string[];
  /** The stand-in, if there is one, with the requests that it got. */
  readonly standIn?: { readonly requests?: readonly { readonly method: string }[] } | undefined;
  close(): Promise<void>;
}

/** One way in which the service behaves badly, and the error that the engine must throw. */
export interface EngineFault<Subject extends EngineSubject> {
  /** What the service does; part of the test's title. */
  readonly name: string;
  readonly code: ErrorCode;
  /** Makes the service behave so until `mend`. */
  readonly provoke: (subject: Subject) => void | Promise<void>;
  /** The fault never ends by itself (a slow drip, an unknown status): the contract aborts at a deadline. */
  readonly endless?: boolean;
  /** Merged over the contract's request. */
  readonly request?: Partial<EngineRequest>;
  /** Further expectations: `restMs`, what the public sentence advises. */
  readonly check?: (error: AppError) => void;
}

export interface EngineContract<Subject extends EngineSubject> {
  /** The folder's name. */
  readonly name: string;
  /** Distinguishes the runs of one engine with several settings. */
  readonly variant?: string;
  /** Called once; the log's lines are searched for secrets. */
  create(log: Logger): Promise<Subject>;
  /** Merged over the contract's request, for instance to keep pictures small. */
  readonly request?: Partial<EngineRequest>;
  /** Makes the service never finish. Default: a normal request is aborted while it runs. */
  readonly stall?: (subject: Subject) => void | Promise<void>;
  /** Called before a request. Resolves when that request is underway. Default: at its first progress event. */
  readonly underway?: (subject: Subject) => Promise<unknown>;
  /** Makes the service behave well again. */
  readonly mend?: (subject: Subject) => void | Promise<void>;
  readonly faults?: readonly EngineFault<Subject>[];
}

/** Every wait ends within this time after its signal aborts. */
const PROMPT_MS = 200;
/** The fastest of several counts, because other processes can only make a cancellation slower. */
const CANCELLATIONS = 3;

const GIVE_UP_MS = 30_000;

/** Marks in the prompt, by which a leak is found even if a service echoes only a part. */
const MARKS = ['kittiwake-7f3a', 'guillemot-5d1c'];
const PROMPT = `a harbour at dusk with red sails, marked ${MARKS[0]}`;
const NEGATIVE_PROMPT = `blurred rigging, marked ${MARKS[1]}`;

/** What every engine promises. Call it once in `test/worker/engines/<name>/`, outside any other `describe`. */
export function engineContract<Subject extends EngineSubject>(contract: EngineContract<Subject>): void {
  describe(`engine ${contract.name} keeps the contract ${contract.variant ?? ''}`.trim(), () => {
    const lines: string[] = [];
    let subject: Subject;

    before(async () => {
      const log = createLog({ service: 'test', level: 'trace', destination: { write: (line) => lines.push(line) } });
      subject = await contract.create(log);
    });

    after(async () => {
      await subject.engine.stop?.();
      await subject.close();
    });

    function requestFor(changes: Partial<EngineRequest> = {}): EngineRequest {
      const { limits } = subject.engine;
      return {
        prompt: PROMPT,
        negativePrompt: limits.negativePrompt ? NEGATIVE_PROMPT : '',
        seed: 1234,
        count: 1,
        ...limits.shapes.square,
        shape: 'square',
        guidanceScale: limits.guidanceScale?.default,
        steps: limits.steps?.default,
        previews: 0,
        ...contract.request,
        ...changes,
      };
    }

    async function succeed(changes: Partial<EngineRequest> = {}): Promise<readonly EngineImage[]> {
      const request = requestFor(changes);
      const { output, events } = await generate(subject.engine, request);
      assertProgress(events);
      assert.equal(output.images.length, request.count);
      for (const [index, image] of output.images.entries()) {
        await assertRealPicture(image, request);
        if (image.seed !== undefined) assert.equal(image.seed, request.seed + index, 'reports the seed that it used');
      }
      return output.images;
    }

    async function fail(fault: EngineFault<Subject>): Promise<AppError> {
      const abort = new AbortController();
      const reason = new AppError('engine_timeout', 'the deadline of the contract');
      const error = await failure(requestFor(fault.request), abort, fault.endless === true ? reason : undefined);
      assert.equal(error.code, fault.code, `${error.code}: ${error.message}`);
      return error;
    }

    /** Runs a request that must fail. With a reason, it is aborted as soon as it is underway. */
    async function failure(request: EngineRequest, abort: AbortController, reason?: unknown): Promise<AppError> {
      const reached = contract.underway?.(subject);
      const running = generate(subject.engine, request, abort.signal, reached);
      const error: unknown = await Promise.race([running, deafness(running.underway, abort, reason)]).then(
        () => assert.fail('made a picture although it must fail'),
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof AppError, `throws an AppError, not ${String(error)}`);
      assertNoLeak(error, secretsOf(request));
      return error;
    }

    /** Aborts once the request is underway. Rejects if the request does not end for a long time. */
    async function deafness(underway: Promise<unknown>, abort: AbortController, reason: unknown): Promise<never> {
      await underway;
      if (reason !== undefined) abort.abort(reason);
      await delay(GIVE_UP_MS, undefined, { ref: false });
      throw new Error(`did not end within ${GIVE_UP_MS} ms`);
    }

    const secretsOf = ({ prompt, negativePrompt, credential = '' }: EngineRequest): string[] =>
      [prompt, negativePrompt, credential, ...MARKS, ...subject.secrets].filter((secret) => secret !== '');

    test('is named after its folder and has coherent limits', () => {
      assert.equal(subject.engine.name, contract.name);
      assertCoherentLimits(subject.engine.limits);
    });

    for (const shape of ['square', 'portrait', 'landscape'] as const) {
      test(`makes a ${shape} picture of exactly its size`, async () => {
        await succeed({ shape, ...subject.engine.limits.shapes[shape] });
      });
    }

    test('makes as many pictures as asked, all different', async () => {
      const images = await succeed({ count: Math.min(subject.engine.limits.maxCount, 3) });
      const different = new Set(images.map(({ bytes }) => Buffer.from(bytes).toString('base64')));
      assert.equal(different.size, images.length);
    });

    test('makes the same picture with the same seed, and another one with another seed', async (context) => {
      if (!subject.engine.limits.seed) return context.diagnostic('the engine takes no seed');
      const [[first], [same], [other]] = [await succeed(), await succeed(), await succeed({ seed: 99 })];
      assert.deepEqual(Buffer.from(same?.bytes ?? []), Buffer.from(first?.bytes ?? []));
      assert.notDeepEqual(Buffer.from(other?.bytes ?? []), Buffer.from(first?.bytes ?? []));
    });

    test('serves two requests at once without mixing them up', async () => {
      const [[first], [second]] = await Promise.all([succeed({ seed: 5 }), succeed({ seed: 6 })]);
      assert.notDeepEqual(Buffer.from(first?.bytes ?? []), Buffer.from(second?.bytes ?? []));
    });

    test('ends at once when the job is already cancelled', async () => {
      const error: unknown = await generate(subject.engine, requestFor(), AbortSignal.abort()).catch(
        (thrown) => thrown,
      );
      assert.ok(error instanceof AppError);
      assert.equal(error.code, 'cancelled');
    });

    test(`is cancelled within ${PROMPT_MS} ms and works on`, async () => {
      const durations: number[] = [];
      await contract.stall?.(subject);
      for (let round = 0; round < CANCELLATIONS; round += 1) {
        const abort = new AbortController();
        let abortedAt = 0;
        abort.signal.addEventListener('abort', () => {
          abortedAt = performance.now();
        });
        const error = await failure(requestFor(), abort, new DOMException('the client left', 'AbortError'));
        durations.push(performance.now() - abortedAt);
        assert.equal(error.code, 'cancelled', error.message);
      }
      assert.ok(Math.min(...durations) < PROMPT_MS, `took ${durations.map(Math.round).join(', ')} ms`);
      await contract.mend?.(subject);
      await succeed();
    });

    test('ends at its deadline with the reason of the signal', async () => {
      await contract.stall?.(subject);
      const reason = new AppError('engine_timeout', 'the deadline of the contract');
      assert.equal(await failure(requestFor(), new AbortController(), reason), reason);
      await contract.mend?.(subject);
      await succeed();
    });

    for (const fault of contract.faults ?? []) {
      test(`${fault.name}: ${fault.code}, and the next request works`, async () => {
        await fault.provoke(subject);
        const error = await fail(fault);
        fault.check?.(error);
        await contract.mend?.(subject);
        await succeed();
      });
    }

    test('reports the state of its service to the doctor, and makes nothing', async (context) => {
      const { engine, standIn, secrets } = subject;
      if (engine.probe === undefined) return context.diagnostic('the engine has no free call');
      const before = standIn?.requests?.length ?? 0;
      const probe = await engine.probe({ signal: new AbortController().signal });
      assert.notEqual(probe.authorized, 'no', JSON.stringify(probe));
      for (const secret of secrets) assert.ok(!JSON.stringify(probe).includes(secret), 'a secret is in the probe');
      const asked = (standIn?.requests ?? []).slice(before);
      assert.deepEqual(new Set(asked.map(({ method }) => method)), new Set(['GET']));
      await assert.rejects(engine.probe({ signal: AbortSignal.abort() }));
    });

    test('never wrote a prompt or a secret to the log', () => {
      const written = lines.join('');
      for (const secret of secretsOf(requestFor())) assert.ok(!written.includes(secret), 'a secret is in the log');
    });
  });
}
