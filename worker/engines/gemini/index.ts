import { z } from 'zod';
import { isRefusal } from '../../upstream/probe.ts';
import type { Explanation, ServiceAnswer, Step } from '../service-description.ts';
import { createServicePlugin } from '../service-plugin.ts';
import { limitsOfAspects, toAspect } from '../service-sizes.ts';

/** https://ai.google.dev/gemini-api/docs/image-generation: one call; a refusal is a 200 without a picture. */
const partSchema = z.object({
  thought: z.boolean().optional(),
  inlineData: z.object({ data: z.string() }).optional(),
});
const answerSchema = z.object({
  promptFeedback: z.object({ blockReason: z.string().optional() }).optional(),
  candidates: z
    .array(
      z.object({
        finishReason: z.string().optional(),
        content: z.object({ parts: z.array(partSchema).default([]) }).optional(),
      }),
    )
    .default([]),
});
const failureSchema = z.object({
  error: z.object({
    status: z.string(),
    details: z.array(z.looseObject({ retryDelay: z.string().optional() })).default([]),
  }),
});

function read({ json }: ServiceAnswer): Step {
  const { candidates, promptFeedback } = answerSchema.parse(json);
  const [candidate] = candidates;
  const picture = candidate?.content?.parts.find(
    ({ thought, inlineData }) => thought !== true && inlineData !== undefined,
  );
  if (picture?.inlineData !== undefined) return { is: 'done', picture: { base64: picture.inlineData.data } };
  return {
    is: 'refused',
    reason: promptFeedback?.blockReason ?? candidate?.finishReason ?? 'no picture and no reason',
  };
}

function explain({ json }: ServiceAnswer): Explanation | undefined {
  const { data } = failureSchema.safeParse(json);
  if (data?.error.status !== 'RESOURCE_EXHAUSTED') return undefined;
  const seconds = Number.parseFloat(
    data.error.details.find(({ retryDelay }) => retryDelay !== undefined)?.retryDelay ?? '',
  );
  return { code: 'engine_busy', ...(seconds > 0 && { restMs: seconds * 1000 }) };
}

export const gemini = createServicePlugin({
  name: 'gemini',
  title: 'Google Gemini',
  url: 'https://generativelanguage.googleapis.com',
  model: 'gemini-3.1-flash-image',
  limits: () => limitsOfAspects('1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'),
  authorize: (key) => ({ 'x-goog-api-key': key }),
  submit: ({ prompt, seed, ...size }, { model }) => ({
    url: `/v1beta/models/${model}:generateContent`,
    json: {
      contents: [{ role: 'user', parts: [{ text: prompt }] }],
      // A signed 32-bit number there.
      generationConfig: {
        responseModalities: ['IMAGE'],
        imageConfig: { aspectRatio: toAspect(size) },
        seed: seed % 2 ** 31,
      },
    },
  }),
  read,
  explain,
  probe: {
    call: ({ model }) => ({ url: `/v1beta/models/${model}` }),
    namesModel: true,
    isRefused: ({ status, bytes }) => isRefusal({ status }) || (status === 400 && bytes.includes('API_KEY_INVALID')),
  },
});
