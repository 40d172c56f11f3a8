import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readSettings } from '../../../../shared/service/config.ts';
import { cloudflare } from '../../../../worker/engines/cloudflare/index.ts';
import { createDailyAllowance, untilMidnightUtc } from '../../../../worker/engines/daily-allowance.ts';
import { generate } from '../../../contracts/engine-checks.ts';
import { createEngineServices } from '../../../contracts/engine-services.ts';
import { serviceContract } from '../../../contracts/service.ts';
import type { StandInReply } from '../../../stand-ins/http-stand-in.ts';
import { answerBytes, cloudflareShape } from '../../../stand-ins/services/cloudflare.ts';
import { createServiceStandIn, SERVICE_KEY } from '../../../stand-ins/services/service-stand-in.ts';

const saying = (status: number, code: number) => ({
  provoke: ({ standIn }: { standIn: { interfere(answer: () => StandInReply): void } }) =>
    standIn.interfere(() => ({ status, body: { success: false, result: null, errors: [{ code, message: 'no' }] } })),
});

const common = {
  plugin: cloudflare,
  keyVariable: 'CLOUDFLARE_API_TOKEN',
  environment: { CLOUDFLARE_ACCOUNT_ID: 'acme' },
  probe: {
    path: /\/ai\/models\/search/,
    body: { result: [{ name: '@cf/black-forest-labs/flux-1-schnell' }], success: true },
  },
  hasKey: cloudflareShape.hasKey,
  submission: /\/ai\/run\//,
  refusals: {},
};

serviceContract({
  name: 'cloudflare',
  ...common,
  answers: cloudflareShape.answers,
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
    answers: model.includes('flux') ? cloudflareShape.answers : answerBytes,
    failures: {},
  });
}

describe('a daily allowance', () => {
  test('is reported by the engine, and is lower after a picture', async () => {
    const standIn = await createServiceStandIn(cloudflareShape);
    const settings = readSettings(cloudflare.settings, {
      CLOUDFLARE_API_TOKEN: SERVICE_KEY,
      CLOUDFLARE_ACCOUNT_ID: 'acme',
      CLOUDFLARE_API_URL: standIn.url,
    });
    const engine = cloudflare.create(settings, createEngineServices({}));
    const before = engine.quotaRemaining?.() ?? 0;
    const { square } = engine.limits.shapes;
    const options = { seed: 7, count: 1, shape: 'square', previews: 0, steps: 4, ...square } as const;
    await generate(engine, { prompt: 'a quay', negativePrompt: '', ...options });
    assert.equal(engine.quotaRemaining?.(), before - 1);
    await standIn.close();
  });

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
