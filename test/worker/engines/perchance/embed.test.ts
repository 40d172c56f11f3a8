import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawIframeId, drawRequestId, toEmbedAddress } from '../../../../worker/engines/perchance/embed.ts';
import { requestFor } from './setup.ts';

const SITE = { pageUrl: 'https://127.0.0.1/some-generator', embedUrl: 'https://127.0.0.1/embed' };
const IDS = { requestId: '0.5', iframeId: 'id05' };

function optionsOf(address: string): Record<string, unknown> {
  return JSON.parse(decodeURIComponent(new URL(address).hash.slice(1)));
}

test('the address contains everything that the plugin would send', () => {
  const request = requestFor({ prompt: 'a "quoted" #hash & 100%\n(seed:::1)', guidanceScale: 12, width: 768 });
  assert.deepEqual(optionsOf(toEmbedAddress(SITE, request, IDS)), {
    saveChannel: 'some-generator',
    saveTitle: '',
    saveDescription: '',
    prompt: 'a "quoted" #hash & 100%\n(seed:::1)',
    seed: 1234,
    resolution: '768x512',
    guidanceScale: 12,
    defaultGuidanceScale: 7,
    negativePrompt: 'people',
    requestId: '0.5',
    iframeId: 'id05',
    referenceImage: null,
  });
});

test('half an emoji does not break the address', () => {
  assert.equal(optionsOf(toEmbedAddress(SITE, requestFor({ prompt: 'a\ud83c' }), IDS)).prompt, 'a\ud83c');
});

test("ids have the plugin's formats and are unique", () => {
  assert.match(drawRequestId(), /^0\.\d{14}$/);
  assert.match(drawIframeId(), /^id0\d{14}$/);
  assert.notEqual(drawRequestId(), drawRequestId());
});
