import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { describe, test } from 'node:test';
import { close, listen } from '../../../shared/net/http.ts';
import { readSettings, SettingsError } from '../../../shared/service/config.ts';
import { createLog } from '../../../shared/service/log.ts';
import type { Span } from '../../../shared/telemetry/otlp.ts';
import { telemetrySettings } from '../../../shared/telemetry/settings.ts';
import { toSpanContext, toTraceparent } from '../../../shared/telemetry/trace-context.ts';
import { createTraces } from '../../../shared/telemetry/traces.ts';
import { startOtlpReceiver } from '../../e2e/otlp-receiver.ts';
import { until } from '../../support/poll.ts';

const toSpan = (name: string, changes: Partial<Span> = {}): Span => ({
  ...{ ...toSpanContext(undefined), name, kind: 'internal', startedAt: 1000.25, endedAt: 2000, attributes: {} },
  ...changes,
});

function open(endpoint: string, intervalMs = 60_000) {
  const logged: string[] = [];
  const log = createLog({ service: 'test', level: 'warn', destination: { write: (line) => void logged.push(line) } });
  const options = { endpoint, serviceName: 'easel-test', version: '1.0.0', log, intervalMs };
  return { traces: createTraces(options), logged };
}

describe('traces', () => {
  test('are sent in batches, and the last ones at the stop', async () => {
    const receiver = await startOtlpReceiver();
    const { traces } = open(receiver.url);
    const now = Date.now();
    for (let index = 0; index < 520; index += 1) {
      const attributes = { text: 'a', whole: 7, part: 0.5, yes: true, none: undefined };
      traces.record(toSpan(`s${index}`, { attributes, startedAt: now, endedAt: now - 5 }));
    }
    await until(() => receiver.spans.length === 520, 'a full batch');
    assert.equal(receiver.texts.length, 2);
    traces.record(toSpan('last', { startedAt: now, endedAt: now + 1.5, error: 'engine_failed' }));
    traces.record(toSpan('not sampled', { isSampled: false }));
    await traces.stop();
    assert.deepEqual(receiver.faults, []);
    assert.equal(receiver.spans.length, 521);
    assert.deepEqual(receiver.spans[0]?.facts, { text: 'a', whole: '7', part: 0.5, yes: true });
    const last = receiver.spans.at(-1);
    assert.deepEqual([last?.name, last?.status], ['last', { code: 2, message: 'engine_failed' }]);
    assert.equal(BigInt(last?.endTimeUnixNano ?? 0) - BigInt(last?.startTimeUnixNano ?? 0), 1_500_000n);
    await receiver.close();
  });

  test('are dropped when the collector is away: the queue is bounded, the stop is short, and one log line says so', async () => {
    const held: ServerResponse[] = [];
    const silent = createServer((_request, response) => void held.push(response));
    const { port } = await listen(silent, 0, '127.0.0.1');
    const { traces, logged } = open(`http://127.0.0.1:${port}`);
    for (let index = 0; index < 5000; index += 1) traces.record(toSpan('s'));
    const before = performance.now();
    await traces.stop();
    assert.ok(performance.now() - before < 5000);
    assert.equal(logged.length, 1);
    assert.match(logged[0] ?? '', /the queue of spans is full/);
    await close(silent, 0);
  });

  test('of a refusing or missing collector are reported once, without their content', async () => {
    const refusing = createServer((request, response) => {
      request.resume();
      response.writeHead(503).end();
    });
    const { port } = await listen(refusing, 0, '127.0.0.1');
    const { traces, logged } = open(`http://127.0.0.1:${port}`, 1);
    traces.record(toSpan('first'));
    await until(() => logged.length === 1, 'the complaint');
    assert.match(logged[0] ?? '', /status 503/);
    await close(refusing, 0);
    traces.record(toSpan('second'));
    await traces.stop();
    assert.equal(logged.length, 1);
  });
});

describe('the context of a trace', () => {
  const theirs = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';

  test('continues below the caller’s span, with the caller’s sampling', () => {
    const span = toSpanContext(theirs);
    assert.deepEqual([span.parentSpanId, span.isSampled], ['b7ad6b7169203331', false]);
    assert.match(toTraceparent(span), /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/);
    assert.notEqual(span.spanId, span.parentSpanId);
    assert.equal(toSpanContext(toTraceparent(span)).parentSpanId, span.spanId);
  });

  test('starts a new trace when none or an invalid one came', () => {
    for (const header of [undefined, '', 'nonsense', theirs.toUpperCase(), [theirs]]) {
      const span = toSpanContext(header);
      assert.deepEqual([span.parentSpanId, span.isSampled, span.traceId.length], [undefined, true, 32]);
    }
  });
});

test('headers of the collector are read as OpenTelemetry writes them, and wrong ones prevent the start', () => {
  const read = (OTEL_EXPORTER_OTLP_HEADERS: string) =>
    readSettings(telemetrySettings, { OTEL_EXPORTER_OTLP_HEADERS }).OTEL_EXPORTER_OTLP_HEADERS;
  assert.deepEqual(read('api-key=a%2Cb, x-team = c=d ,'), { 'api-key': 'a,b', 'x-team': 'c=d' });
  for (const wrong of ['no pair', '=x', 'a b=c', 'a=%E4', 'a=%0A'])
    assert.throws(() => read(wrong), SettingsError, wrong);
});
