import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AppError } from '../../shared/errors.ts';
import { readSettings } from '../../shared/service/config.ts';
import { createLog, type Logger } from '../../shared/service/log.ts';
import type { EnginePlugin } from '../../worker/engines/engine.ts';
import { type Answer, echo } from '../stand-ins/http-stand-in.ts';
import {
  createServiceStandIn,
  SERVICE_KEY,
  type ServiceAnswers,
  type ServiceShape,
  type ServiceStandIn,
} from '../stand-ins/services/service-stand-in.ts';
import { createHurriedClock } from '../support/hurried-clock.ts';
import { type EngineFault, type EngineSubject, engineContract } from './engine.ts';
import { generate } from './engine-checks.ts';
import { createEngineServices } from './engine-services.ts';

interface ServiceSubject extends EngineSubject {
  readonly standIn: ServiceStandIn;
  /** The pauses that the engine asked for so far. */
  readonly waits: readonly number[];
}

export interface ServiceContract extends ServiceShape {
  /** The folder's name. */
  readonly name: string;
  readonly plugin: EnginePlugin;
  /** The model to configure, for a variant of the engine that behaves differently. */
  readonly model?: string;
  readonly variant?: string;
  readonly keyVariable?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Answers with a success status, to the submission or to a status call, that contain no allowed picture. */
  readonly refusals: Readonly<
    Record<string, { readonly path?: RegExp; readonly body: unknown; headers?: Record<string, string> }>
  >;
  /** An answer that says that the work ended without a picture. */
  readonly failures: Readonly<Record<string, { readonly path?: RegExp; readonly body: unknown }>>;
  /** The paths of calls that submit. All other calls look at the work. */
  readonly submission: RegExp;
  /** The path of the call that ends the work at the service. Missing: there is no such call. */
  readonly cancellation?: RegExp;
  /** Whether the answer to the submission names the address to ask next. */
  readonly namesAddresses?: boolean;
  /** Whether status and picture are fetched from an address that the answer names. */
  readonly hostsPictures?: boolean;
  readonly faults?: readonly EngineFault<ServiceSubject>[];
  /** The free call of the engine's `probe`, and the service's answer. `none`: the service has no such call. */
  readonly probe: { readonly path: RegExp; readonly body: unknown } | 'none';
}

/** A cancellation that waits for the service takes as long as its call may: seconds. */
const MAX_CANCEL_MS = 2000;

const answering =
  (answer: Answer, path = /^/) =>
  ({ standIn }: ServiceSubject): void =>
    standIn.interfere((request) => (path.test(request.path) ? answer : undefined));

/** What every engine made of a description promises beyond the engine contract: keys, hosts, one submission, cancelling. */
export function serviceContract(contract: ServiceContract): void {
  const { name, plugin, submission } = contract;
  const prefix = name.toUpperCase();

  const { probe } = contract;
  const answers: ServiceAnswers = (request, tools) =>
    probe !== 'none' && request.method === 'GET' && probe.path.test(request.target)
      ? { body: probe.body }
      : contract.answers(request, tools);

  async function create(log: Logger, key = SERVICE_KEY): Promise<ServiceSubject> {
    const standIn = await createServiceStandIn({ hasKey: contract.hasKey, answers });
    const settings = readSettings(plugin.settings, {
      [contract.keyVariable ?? `${prefix}_API_KEY`]: key,
      ...contract.environment,
      [`${prefix}_API_URL`]: standIn.url,
      [`${prefix}_MODEL`]: contract.model,
    });
    const clock = createHurriedClock();
    const engine = plugin.create(settings, createEngineServices({ clock, log }));
    return { engine, standIn, waits: clock.waits, secrets: [key], close: () => standIn.close() };
  }

  const status = (code: number, body: unknown, headers = {}) => answering({ status: code, body, headers });
  const faults: EngineFault<ServiceSubject>[] = [
    {
      name: 'an error that echoes the request',
      code: 'engine_failed',
      provoke: ({ standIn }) => standIn.interfere(echo),
    },
    { name: 'HTTP 401', code: 'engine_unauthorized', provoke: status(401, { detail: SERVICE_KEY }) },
    { name: 'HTTP 402', code: 'engine_unauthorized', provoke: status(402, { detail: 'insufficient credit' }) },
    { name: 'HTTP 404', code: 'engine_changed', provoke: status(404, {}), check: advises(`${prefix}_MODEL`) },
    { name: 'HTTP 400 in words of moderation', code: 'prompt_refused', provoke: status(400, { detail: 'moderation' }) },
    { name: 'HTTP 400 for our own request', code: 'engine_changed', provoke: status(400, { detail: 'width' }) },
    {
      name: 'HTTP 429 with Retry-After',
      code: 'engine_busy',
      provoke: status(429, {}, { 'retry-after': '7' }),
      check: ({ details }) => assert.equal(details.restMs, 7000),
    },
    { name: 'HTTP 503', code: 'engine_busy', provoke: status(503, {}) },
    {
      name: 'a page in place of the answer',
      code: 'engine_failed',
      provoke: status(502, '<title>Bad gateway</title>'),
    },
    { name: 'an answer that breaks off', code: 'engine_failed', provoke: answering('truncate') },
    { name: 'a reset', code: 'engine_failed', provoke: answering('reset') },
    { name: 'a slow drip', code: 'engine_timeout', provoke: answering('drip'), endless: true },
    ...Object.entries(contract.refusals).map(([what, { path = submission, body, headers = {} }]) => ({
      ...{ name: what, code: 'prompt_refused' as const, provoke: answering({ body, headers }, path) },
    })),
    ...Object.entries(contract.failures).map(([what, { path = submission, body }]) => ({
      ...{ name: what, code: 'engine_failed' as const, provoke: answering({ body }, path) },
    })),
    ...(contract.namesAddresses === true || contract.hostsPictures === true ? toWorkFaults(submission) : []),
    ...(contract.faults ?? []),
  ];

  engineContract<ServiceSubject>({
    name,
    ...(contract.variant !== undefined && { variant: contract.variant }),
    create,
    stall: answering('hang'),
    underway: ({ standIn }) => standIn.nextRequest(),
    mend: ({ standIn }) => standIn.mend(),
    faults,
  });

  describe(`service ${name} ${contract.variant ?? ''}`.trim(), () => {
    const quiet = createLog({ service: 'test', level: 'silent' });
    const request = ({ engine }: ServiceSubject) => ({
      ...{ prompt: 'a quay', negativePrompt: '', seed: 7, count: 1, shape: 'square' as const, previews: 0 },
      ...engine.limits.shapes.square,
      steps: engine.limits.steps?.default,
    });

    test('has a free call for the doctor, or says that there is none', async () => {
      const subject = await create(quiet);
      assert.equal(subject.engine.probe === undefined, probe === 'none');
      await subject.close();
    });

    if (probe !== 'none') {
      test('distinguishes a right key from a wrong one by one free call', async () => {
        const [right, wrong] = [await create(quiet), await create(quiet, 'key_WrongWrongWrongWrongWrong')];
        const { signal } = new AbortController();
        assert.equal((await right.engine.probe?.({ signal }))?.authorized, 'yes');
        const refused = await wrong.engine.probe?.({ signal });
        assert.equal(refused?.authorized, 'no');
        assert.ok(!JSON.stringify(refused).includes('key_Wrong'), 'the key is in a note');
        for (const { standIn } of [right, wrong]) {
          assert.equal(standIn.requests.length, 1);
          assert.equal(standIn.requests[0]?.method, 'GET');
          assert.doesNotMatch(standIn.requests[0]?.path ?? '', submission);
        }
        await Promise.all([right.close(), wrong.close()]);
      });
    }

    test('submits only once, even if the answer is bad', async () => {
      const subject = await create(quiet);
      answering('reset', submission)(subject);
      await assert.rejects(generate(subject.engine, request(subject)));
      assert.equal(subject.standIn.requests.length, 1);
      await subject.close();
    });

    if (contract.namesAddresses === true) {
      test('calls no other host, even if the answer names one', async () => {
        const subject = await create(quiet);
        const stranger = await createServiceStandIn({ hasKey: contract.hasKey, answers });
        subject.standIn.elsewhere = stranger.url;
        await assert.rejects(generate(subject.engine, request(subject)), { code: 'engine_changed' });
        assert.deepEqual(stranger.requests, []);
        await Promise.all([subject.close(), stranger.close()]);
      });

      test('fetches no picture from the metadata address of clouds', async () => {
        const subject = await create(quiet);
        subject.standIn.filesElsewhere = 'http://169.254.169.254';
        await assert.rejects(generate(subject.engine, request(subject)), { code: 'engine_changed' });
        await subject.close();
      });

      test('asks for the status after growing pauses, and reports what the service says', async () => {
        const subject = await create(quiet);
        const { events } = await generate(subject.engine, request(subject));
        assert.deepEqual(subject.waits.slice(0, 2), [500, 750]);
        assert.ok(events.some(({ engineStatus }) => engineStatus !== undefined));
        await subject.close();
      });

      test('continues after one bad answer about the work, when the service wants it to', async () => {
        const subject = await create(quiet);
        let isBad = true;
        subject.standIn.interfere(({ path }) => {
          if (submission.test(path) || path.startsWith('/files') || !isBad) return undefined;
          isBad = false;
          return { status: 503, headers: { 'retry-after': '40' }, body: 'a page of a proxy' };
        });
        await generate(subject.engine, request(subject));
        assert.ok(!isBad);
        assert.ok(subject.waits.includes(40_000), 'Retry-After is obeyed');
        await subject.close();
      });
    }

    const { cancellation } = contract;
    if (cancellation !== undefined) {
      test('ends the work at the service when the caller leaves', async () => {
        const subject = await create(quiet);
        subject.standIn.neverEnds = true;
        const abort = new AbortController();
        const submitted = subject.standIn.nextRequest(submission);
        const running = generate(subject.engine, request(subject), abort.signal);
        await submitted;
        const looked = subject.standIn.nextRequest();
        await looked;
        const cancelled = subject.standIn.nextRequest(cancellation);
        // The service does not answer. The caller who left does not wait for it, but the worker's stop does.
        answering('hang', cancellation)(subject);
        const abortedAt = performance.now();
        abort.abort();
        await assert.rejects(running, { code: 'cancelled' });
        assert.ok(performance.now() - abortedAt < MAX_CANCEL_MS);
        await cancelled;
        let hasStopped = false;
        const stopping = subject.engine.stop?.().then(() => {
          hasStopped = true;
        });
        await nextTurn();
        assert.ok(!hasStopped, 'stop waits for the cancellation');
        subject.standIn.mend();
        await stopping;
        await subject.close();
      });
    }
  });
}

/** Faults of the calls that follow a submission, and of the picture's own host. */
function toWorkFaults(submission: RegExp): EngineFault<ServiceSubject>[] {
  const file = /^\/files\//;
  const answeringLooks = ({ standIn }: ServiceSubject): void =>
    standIn.interfere(({ path }) => (submission.test(path) || file.test(path) ? undefined : { status: 502 }));
  return [
    { name: 'looks that all fail', code: 'engine_failed', provoke: answeringLooks },
    { name: 'a page in place of the file', code: 'engine_failed', provoke: answering({ body: '<html>' }, file) },
    { name: 'a file that is gone', code: 'engine_failed', provoke: answering({ status: 404 }, file) },
    { name: 'a file that breaks off', code: 'engine_failed', provoke: answering('truncate', file) },
    { name: 'a reset at the file', code: 'engine_failed', provoke: answering('reset', file) },
    { name: 'a file that drips', code: 'engine_timeout', endless: true, provoke: answering('drip', file) },
  ];
}

const advises =
  (words: string) =>
  (error: AppError): void =>
    assert.ok(error.publicMessage.includes(words), error.publicMessage);
