import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cloudflare } from '../../../../worker/engines/cloudflare/index.ts';
import { createDailyAllowance, untilMidnightUtc } from '../../../../worker/engines/daily-allowance.ts';
import { serviceContract } from '../../../contracts/service.ts';
import type { StandInReply, StandInRequest } from '../../../stand-ins/http-stand-in.ts';
import { readForm } from '../../../stand-ins/picture-host.ts';
import { SERVICE_KEY, type ServiceTools } from '../../../stand-ins/services/service-stand-in.ts';

const RUN = '/accounts/acme/ai/run/';

async function readWish(request: StandInRequest) {
  const isForm = request.headers['content-type']?.startsWith('multipart/') === true;
  const fields = isForm
    ? Object.fromEntries((await readForm(request)).entries())
    : (request.json as Record<string, unknown>);
  const { prompt, seed, width = 1024, height = 1024 } = fields;
  return { prompt, seed, width: Number(width), height: Number(height) };
}

async function asJson(request: StandInRequest, tools: ServiceTools): Promise<StandInReply | undefined> {
  if (!request.path.startsWith(RUN)) return undefined;
  const image = (await tools.paint(await readWish(request))).toString('base64');
  return { body: { result: { image }, success: true, errors: [], messages: [] } };
}

async function asBytes(request: StandInRequest, tools: ServiceTools): Promise<StandInReply | undefined> {
  if (!request.path.startsWith(RUN)) return undefined;
  return { headers: { 'content-type': 'image/png' }, body: await tools.paint(await readWish(request)) };
}

const saying = (status: number, code: number) => ({
  provoke: ({ standIn }: { standIn: { interfere(answer: () => StandInReply): void } }) =>
    standIn.interfere(() => ({ status, body: { success: false, result: null, errors: [{ code, message: 'no' }] } })),
});

const common = {
  plugin: cloudflare,
  keyVariable: 'CLOUDFLARE_API_TOKEN',
  environment: { CLOUDFLARE_ACCOUNT_ID: 'acme' },
  hasKey: ({ headers }: StandInRequest) => headers.authorization === `Bearer ${SERVICE_KEY}`,
  probe: {
    path: /\/ai\/models\/search/,
    body: { result: [{ name: '@cf/black-forest-labs/flux-1-schnell' }], success: true },
  },
  submission: /\/ai\/run\//,
  refusals: {},
};

serviceContract({
  name: 'cloudflare',
  ...common,
  answers: asJson,
  failures: { 'something that is no picture': { body: { result: { image: 'bm90IGEgcGljdHVyZQ==' } } } },
  faults: [
    {
      name: 'the daily allowance is used',
      code: 'engine_busy',
      ...saying(429, 3036),
      check: ({ details: { restMs = 0 } }) => assert.ok(restMs > 0 && restMs <= 86_400_000),
    },
    { name: 'no capacity', code: 'engine_busy', ...saying(429, 3040) },
    { name: 'a refused prompt', code: 'prompt_refused', ...saying(400, 3030) },
    { name: 'no such model', code: 'engine_changed', ...saying(400, 5007) },
    { name: 'a wrong token', code: 'engine_unauthorized', ...saying(400, 10_000) },
  ],
});

for (const model of ['@cf/black-forest-labs/flux-2-klein-4b', '@cf/stabilityai/stable-diffusion-xl-base-1.0']) {
  serviceContract({
    name: 'cloudflare',
    variant: `with ${model}`,
    model,
    ...common,
    answers: model.includes('flux') ? asJson : asBytes,
    failures: {},
  });
}

describe('a daily allowance', () => {
  test('is counted down, and comes back at 00:00 UTC', () => {
    let nowMs = Date.UTC(2026, 10, 27, 23, 59);
    const allowance = createDailyAllowance(2, { now: () => nowMs });
    allowance.use();
    assert.equal(allowance.remaining(), 1);
    allowance.use();
    allowance.use();
    assert.equal(allowance.remaining(), 0);
    assert.equal(untilMidnightUtc(nowMs), 60_000);
    nowMs += 60_000;
    assert.equal(allowance.remaining(), 2);
  });
});
