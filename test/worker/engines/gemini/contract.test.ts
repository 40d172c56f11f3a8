import assert from 'node:assert/strict';
import { gemini } from '../../../../worker/engines/gemini/index.ts';
import { serviceContract } from '../../../contracts/service.ts';
import { SERVICE_KEY } from '../../../stand-ins/services/service-stand-in.ts';

interface GeminiBody {
  readonly contents: readonly [{ readonly parts: readonly [{ readonly text: string }] }];
  readonly generationConfig: { readonly seed: number; readonly imageConfig: { readonly aspectRatio: string } };
}

const SIZES: Readonly<Record<string, readonly [number, number]>> = {
  '1:1': [1024, 1024],
  '2:3': [832, 1248],
  '3:2': [1248, 832],
};
const candidate = (parts: unknown[], finishReason = 'STOP') => ({ candidates: [{ content: { parts }, finishReason }] });

serviceContract({
  name: 'gemini',
  plugin: gemini,
  probe: { path: /^\/v1beta\/models\/gemini-3.1-flash-image$/, body: { name: 'models/gemini-3.1-flash-image' } },
  hasKey: ({ headers }) => headers['x-goog-api-key'] === SERVICE_KEY,
  submission: /generateContent$/,
  answers: async ({ path, json }, tools) => {
    if (path !== '/v1beta/models/gemini-3.1-flash-image:generateContent') return undefined;
    const { contents, generationConfig } = json as GeminiBody;
    const [width, height] = SIZES[generationConfig.imageConfig.aspectRatio] ?? [0, 0];
    const request = { prompt: contents[0].parts[0].text, seed: generationConfig.seed, width, height };
    const data = (await tools.paint(request)).toString('base64');
    const draft = { thought: true, inlineData: { mimeType: 'image/png', data: 'bm8=' } };
    return { body: candidate([{ text: 'Here it is.' }, draft, { inlineData: { mimeType: 'image/png', data } }]) };
  },
  refusals: {
    'a blocked prompt': { body: { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } } },
    'a blocked picture': { body: candidate([], 'IMAGE_SAFETY') },
    'words in place of a picture': { body: candidate([{ text: 'I cannot draw that.' }]) },
  },
  failures: {},
  faults: [
    {
      name: 'a spent quota that says when it comes back',
      code: 'engine_busy',
      provoke: ({ standIn }) =>
        standIn.interfere(() => ({
          status: 429,
          body: { error: { status: 'RESOURCE_EXHAUSTED', details: [{ '@type': 'RetryInfo', retryDelay: '31s' }] } },
        })),
      check: ({ details }) => assert.equal(details.restMs, 31_000),
    },
  ],
});
