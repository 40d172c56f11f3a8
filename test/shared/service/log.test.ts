import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLog } from '../../../shared/service/log.ts';

function logged(value: object, withPrompts = false): Record<string, unknown> {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  createLog({ service: 'test', level: 'info', withPrompts, destination }).info(value, 'said');
  return JSON.parse(lines.join(''));
}

describe('log', () => {
  test('hides secrets and prompts in every field', () => {
    const request = { prompt: 'a fox', options: [{ token: 'tok', deep: { password: 'pass' } }], size: 3 };
    const line = logged({ request, key: 'sk', at: new Date(0) });
    assert.doesNotMatch(JSON.stringify(line), /fox|tok"|pass"|sk/);
    assert.equal(line.key, '[redacted]');
    assert.deepEqual(line.request, {
      prompt: '[redacted]',
      options: [{ token: '[redacted]', deep: { password: '[redacted]' } }],
      size: 3,
    });
    assert.equal(line.at, '1970-01-01T00:00:00.000Z');
  });

  test('shows prompts when the operator wants them, but never secrets', () => {
    const line = logged({ request: { prompt: 'a fox', token: 'tok' } }, true);
    assert.deepEqual(line.request, { prompt: 'a fox', token: '[redacted]' });
  });

  test('shows the stack of an error and its causes, and none of their other properties', () => {
    const cause = Object.assign(new Error('refused'), { config: { data: '{"prompt":"a fox"}' } });
    const err = Object.assign(new Error('no answer', { cause }), { code: 'ECONNREFUSED', config: cause.config });
    const line = logged({ err });
    const shown = line.err as Record<string, unknown>;
    assert.deepEqual(Object.keys(shown), ['type', 'message', 'stack', 'code']);
    assert.match(String(shown.stack), /no answer[\s\S]+caused by: Error: refused/);
    assert.doesNotMatch(JSON.stringify(line), /fox/);
  });

  test('cuts a circular record', () => {
    const loop: Record<string, unknown> = { name: 'loop' };
    loop.self = loop;
    assert.match(JSON.stringify(logged({ loop })), /too deep/);
  });
});
