import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AppError } from '../../../../shared/errors.ts';
import { followEmbed } from '../../../../worker/engines/perchance/follow.ts';
import { WAITS } from '../../../../worker/engines/perchance/site.ts';
import { createJudge } from '../../../../worker/engines/perchance/verdict.ts';
import type { Reply } from '../../../../worker/engines/perchance/watch.ts';

/** A clock whose waits a test ends. Cancelled waits have rejected. */
function createHandClock() {
  const open = new Map<number, () => void>();
  return {
    now: () => 0,
    elapsed: () => 0,
    wait: (milliseconds: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        open.set(milliseconds, resolve);
        signal?.addEventListener('abort', () => {
          open.delete(milliseconds);
          reject(signal.reason);
        });
      }),
    pass: (milliseconds: number): boolean => {
      const end = open.get(milliseconds);
      end?.();
      return end !== undefined;
    },
  };
}

function follow() {
  const clock = createHandClock();
  const progress: string[] = [];
  const follower = followEmbed({
    judge: createJudge(),
    clock,
    waits: WAITS,
    onProgress: ({ engineStatus }) => progress.push(engineStatus ?? ''),
  });
  const reply = (endpoint: string, status?: string, more: Partial<Reply> = {}): void => {
    follower.events.onCall(endpoint);
    follower.events.onReply({ endpoint, status, isChallenge: false, ...more }, 0);
  };
  const failure = async (): Promise<AppError> => {
    const error: unknown = await follower.end.catch((thrown: unknown) => thrown);
    assert.ok(error instanceof AppError);
    return error;
  };
  return { clock, progress, reply, failure, ...follower };
}

describe('an embed is followed', () => {
  test('to the picture, after which silence is no failure', async () => {
    const { clock, reply, made } = follow();
    reply('verifyUser', 'already_verified');
    reply('generate', 'success', { seed: 5 });
    assert.equal((await made).seed, 5);
    assert.equal(clock.pass(WAITS.silence), false);
  });

  test('to silence after a status that the page should handle: another embed may succeed', async () => {
    const { clock, reply, end } = follow();
    reply('generate', 'network_busy');
    assert.ok(clock.pass(WAITS.silence));
    const { error, newRequestId } = await end;
    assert.equal(error.code, 'engine_busy');
    assert.equal(newRequestId, false);
  });

  test('to silence after a stale request: the next try has a new request id', async () => {
    const { clock, reply, end } = follow();
    reply('generate', 'stale_request');
    clock.pass(WAITS.silence);
    assert.equal((await end).newRequestId, true);
  });

  test('to silence before it asked for a picture: the page has changed', async () => {
    const { clock, reply, failure } = follow();
    reply('verifyUser', 'success');
    clock.pass(WAITS.silence);
    assert.equal((await failure()).code, 'engine_changed');
  });

  test('through an unknown status, for as long as the job may take', () => {
    const { clock, reply, progress } = follow();
    reply('generate', 'moon_phase_unsuitable');
    assert.equal(clock.pass(WAITS.silence), false);
    assert.deepEqual(progress, ['generate: moon_phase_unsuitable']);
  });

  test('through a verification, which has its own time limit', async () => {
    const { clock, reply, failure } = follow();
    reply('verifyUser', 'failed_verification');
    reply('checkUserVerificationStatus');
    assert.equal(clock.pass(WAITS.silence), false);
    assert.ok(clock.pass(WAITS.verification));
    assert.equal((await failure()).code, 'engine_challenge');
  });

  test('after a successful verification without its time limit', () => {
    const { clock, reply } = follow();
    reply('verifyUser', 'failed_verification');
    reply('verifyUser', 'success');
    assert.equal(clock.pass(WAITS.verification), false);
  });

  test('to a token that is refused twice', async () => {
    const { reply, failure } = follow();
    reply('verifyUser', 'failed_verification after token');
    reply('verifyUser', 'failed_verification after token');
    assert.equal((await failure()).code, 'engine_challenge');
  });

  test('to its report that the download failed', async () => {
    const { events, end } = follow();
    events.onCall('imageDownloadClientFail');
    assert.equal((await end).newRequestId, true);
  });

  test('to a refusal: no other embed is tried', async () => {
    const { events, failure } = follow();
    events.onDocumentFailed('net::ERR_NAME_NOT_RESOLVED');
    const { code, details } = await failure();
    assert.equal(code, 'engine_failed');
    assert.equal(details.restMs, 60_000);
  });

  test('to a rate limit, whose length is kept', async () => {
    const { events, failure } = follow();
    const limited = { endpoint: 'generate', status: 'too_many_requests', isChallenge: false, body: {} };
    events.onReply({ ...limited, retryAfterSeconds: 90 }, 0);
    const { details } = await failure();
    assert.equal(details.restMs, 90_000);
    assert.equal(details.retryAfterSeconds, 60);
  });
});
