import { z } from 'zod';
import type { Explanation, ServiceAnswer } from '../service-description.ts';
import { createServicePlugin } from '../service-plugin.ts';
import { MEGAPIXEL_LIMITS } from '../service-sizes.ts';

/** https://gen.pollinations.ai: the prompt is part of the address, and the answer is the picture's bytes. */
const optionsSchema = z.strictObject({
  quality: z.enum(['low', 'medium', 'high', 'hd']).optional(),
  safe: z.boolean().optional(),
  transparent: z.boolean().optional(),
});

/** The old, keyless service says 402 for "one at a time for each address". */
const busySchema = z.object({ x402Version: z.number(), error: z.string() });

function explain({ status, json }: ServiceAnswer): Explanation | undefined {
  const isBusy = status === 402 && busySchema.safeParse(json).data?.error.startsWith('Queue full') === true;
  return isBusy ? { code: 'engine_busy' } : undefined;
}

export const pollinations = createServicePlugin({
  name: 'pollinations',
  title: 'Pollinations',
  url: 'https://gen.pollinations.ai',
  model: 'zimage',
  limits: () => ({
    ...MEGAPIXEL_LIMITS,
    sizes: { multipleOf: 8, min: 64, max: 2048 },
    // The prompt is part of the address, where a letter may take a dozen bytes.
    promptCharacters: 1000,
  }),
  authorize: (key) => ({ authorization: `Bearer ${key}` }),
  options: optionsSchema,
  submit: ({ prompt, seed, width, height }, { model, options }) => {
    const parameters = { model, width, height, seed: seed % 2 ** 31, 'no-cache': true, ...options };
    const query = new URLSearchParams(
      Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]),
    );
    return { url: `/image/${encodeURIComponent(prompt)}?${query}`, shownAs: '/image/…' };
  },
  // What the key may do is another question, which it answers by 403.
  probe: { call: () => ({ url: '/account/key' }), isRefused: ({ status }) => status === 401 },
  read: ({ bytes }) => ({ is: 'done', picture: { bytes } }),
  explain,
});
