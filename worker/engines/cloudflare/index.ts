import { z } from 'zod';
import { isRefusal } from '../../upstream/probe.ts';
import { untilMidnightUtc } from '../daily-allowance.ts';
import type { Explanation, ServiceAnswer, Step } from '../service-description.ts';
import { createServicePlugin } from '../service-plugin.ts';
import { allowanceOf, limitsOf, toCall } from './models.ts';

/**
 * https://developers.cloudflare.com/workers-ai: JSON with base64 from some models, bytes from others, so the answer
 * decides and not the model.
 */
const answerSchema = z.object({ result: z.object({ image: z.string() }) });
const failureSchema = z.object({ errors: z.array(z.object({ code: z.number() })).min(1) });

/** https://developers.cloudflare.com/workers-ai/platform/errors */
const DAILY_ALLOWANCE_USED = 3036;
const OUT_OF_CAPACITY = 3040;
const REFUSED = 3030;
const NO_SUCH_MODEL: readonly number[] = [5007, 3042];
const NOT_ALLOWED: readonly number[] = [5018, 3041, 3023, 10000];
const CAPACITY_REST_MS = 30_000;

function read({ json, bytes }: ServiceAnswer): Step {
  if (json === undefined) return { is: 'done', picture: { bytes } };
  return { is: 'done', picture: { base64: answerSchema.parse(json).result.image } };
}

function explain({ json }: ServiceAnswer, nowMs: number): Explanation | undefined {
  const code = failureSchema.safeParse(json).data?.errors[0]?.code ?? 0;
  if (code === DAILY_ALLOWANCE_USED) {
    const publicMessage = "Cloudflare's free allowance of today is used up; it comes back at 00:00 UTC.";
    return { code: 'engine_busy', publicMessage, restMs: untilMidnightUtc(nowMs) };
  }
  if (code === OUT_OF_CAPACITY) return { code: 'engine_busy', restMs: CAPACITY_REST_MS };
  if (code === REFUSED) return { code: 'prompt_refused' };
  if (NO_SUCH_MODEL.includes(code)) {
    return { code: 'engine_changed', publicMessage: 'Cloudflare has no such model: set CLOUDFLARE_MODEL.' };
  }
  if (NOT_ALLOWED.includes(code)) {
    const publicMessage = 'Cloudflare does not accept the token: check CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID.';
    return { code: 'engine_unauthorized', publicMessage };
  }
  return undefined;
}

const modelsSchema = z.object({ result: z.array(z.object({ name: z.string() })) });
/** No such account, or a token that is none: https://developers.cloudflare.com/fundamentals/api/troubleshooting */
const WRONG_ACCOUNT: readonly number[] = [6003, 7000, 7003, 9109];

function isRefused({ status, json }: ServiceAnswer): boolean {
  const code = failureSchema.safeParse(json).data?.errors[0]?.code ?? 0;
  return isRefusal({ status }) || NOT_ALLOWED.includes(code) || WRONG_ACCOUNT.includes(code);
}

function readModels({ json }: ServiceAnswer, model: string) {
  const isListed = modelsSchema.parse(json).result.some(({ name }) => name === model);
  return { model: { name: model, state: isListed ? 'served' : 'unlisted' } } as const;
}

export const cloudflare = createServicePlugin({
  name: 'cloudflare',
  title: 'Cloudflare Workers AI',
  url: 'https://api.cloudflare.com/client/v4',
  model: '@cf/black-forest-labs/flux-1-schnell',
  keyVariable: 'CLOUDFLARE_API_TOKEN',
  accountVariable: 'CLOUDFLARE_ACCOUNT_ID',
  limits: limitsOf,
  dailyPictures: allowanceOf,
  authorize: (key) => ({ authorization: `Bearer ${key}` }),
  submit: (request, { model, account }) => ({
    url: `/accounts/${encodeURIComponent(account)}/ai/run/${model}`,
    ...toCall(request, model),
  }),
  read,
  explain,
  probe: {
    call: ({ model, account }) => {
      const name = model.slice(model.lastIndexOf('/') + 1);
      return { url: `/accounts/${encodeURIComponent(account)}/ai/models/search?search=${encodeURIComponent(name)}` };
    },
    isRefused,
    read: readModels,
  },
});
