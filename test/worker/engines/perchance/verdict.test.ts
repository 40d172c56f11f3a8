import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '../../../../shared/errors.ts';
import { createJudge } from '../../../../worker/engines/perchance/verdict.ts';

/** Every known status: how often a job tolerates it, and the error code afterwards. */
const GENERATE: Readonly<Record<string, readonly [times: number, code: ErrorCode]>> = {
  invalid_key: [1, 'engine_challenge'],
  invalid_user_key: [1, 'engine_challenge'],
  failed_verification: [1, 'engine_challenge'],
  invalid_browser_id: [1, 'engine_challenge'],
  invalid_ad_access_code: [1, 'engine_changed'],
  invalid_access_code: [1, 'engine_changed'],
  waiting_for_prev_request_to_finish: [20, 'engine_busy'],
  queued: [20, 'engine_busy'],
  waiting: [20, 'engine_busy'],
  pending: [20, 'engine_busy'],
  queue: [20, 'engine_busy'],
  network_busy: [10, 'engine_busy'],
  'gen_failure type 1': [3, 'engine_failed'],
  gen_failure: [0, 'engine_failed'],
  stale_request: [2, 'engine_failed'],
  too_many_requests: [0, 'engine_busy'],
  invalid_data: [0, 'engine_changed'],
  invalid_parameter: [0, 'engine_changed'],
  client_update_required: [0, 'engine_changed'],
  not_json: [3, 'engine_changed'],
  not_logged_in: [0, 'engine_unauthorized'],
  fetch_failure: [3, 'engine_failed'],
};

for (const [status, [times, code]] of Object.entries(GENERATE)) {
  test(`${status} is tolerated ${times} times in a job, then it is ${code}`, () => {
    const judge = createJudge();
    const reply = { endpoint: 'generate', status, isChallenge: false };
    for (let time = 0; time < times; time += 1) assert.equal(judge(reply).kind, 'wait');
    const verdict = judge(reply);
    assert.equal(verdict.kind === 'fail' && verdict.error.code, code);
  });
}

test('a challenge ends the job, whichever call got it', () => {
  const verdict = createJudge()({ endpoint: 'getUserQueuePosition', isChallenge: true });
  assert.equal(verdict.kind === 'fail' && verdict.error.code, 'engine_challenge');
});

test('the status of an unimportant call is ignored', () => {
  assert.equal(createJudge()({ endpoint: 'getUserQueuePosition', isChallenge: false }).kind, 'go_on');
});
