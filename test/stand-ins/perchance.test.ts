import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { fingerprintOf, readFingerprint } from './perchance/fingerprint.ts';
import type { PerchanceMode } from './perchance/modes.ts';
import { createPerchanceStandIn, type PerchanceStandIn } from './perchance/perchance-stand-in.ts';

const REQUEST = { prompt: 'a red fox', negativePrompt: 'fog', seed: 42, guidanceScale: 7, resolution: '512x768' };
const BROWSER_ID = '0123456789abcdef0123456789abcdef';

let site: PerchanceStandIn;

before(async () => {
  site = await createPerchanceStandIn();
});
afterEach(() => site.reset());
after(() => site.stop());

type Reply = Record<string, unknown> & { status: string };

async function call(path: string, init?: RequestInit): Promise<{ http: number; type: string | null; body: Reply }> {
  const response = await fetch(`${site.apiUrl}/${path}`, init);
  return { http: response.status, type: response.headers.get('content-type'), body: (await response.json()) as Reply };
}

async function verify(browserId = BROWSER_ID): Promise<string> {
  const { body } = await call(`verifyUser?thread=0&browserId=${browserId}&token=any`);
  return String(body.userKey);
}

function generate(userKey: string, changes: Record<string, unknown> = {}, query: Record<string, string> = {}) {
  const search = new URLSearchParams({ userKey, requestId: '0.1', adAccessCode: '', ...query });
  return call(`generate?${search}`, { method: 'POST', body: JSON.stringify({ ...REQUEST, userKey, ...changes }) });
}

async function download(path: unknown): Promise<Response> {
  return fetch(new URL(String(path), site.apiUrl));
}

describe('the way of a key', () => {
  test('a token is asked for once, then the key is remembered for the same browser', async () => {
    const path = `verifyUser?thread=0&browserId=${BROWSER_ID}`;
    const first = await call(path);
    assert.deepEqual(first.body, { status: 'failed_verification', reason: 'token_required' });
    assert.match(String(first.type), /text\/plain/);
    const userKey = await verify();
    assert.match(userKey, /^[0-9a-f]{64}$/);
    assert.deepEqual((await call(path)).body, { status: 'already_verified', userKey });
    assert.equal((await call(`checkUserVerificationStatus?userKey=${userKey}`)).body.status, 'verified');
    assert.equal((await call('checkUserVerificationStatus?userKey=none')).body.status, 'not_verified');
  });

  test('another browser id is another visitor; a malformed one is none', async () => {
    assert.notEqual(await verify(), await verify('f'.repeat(32)));
    assert.equal((await call('verifyUser?browserId=x')).body.status, 'invalid_browser_id');
  });
});

describe('a generation', () => {
  test('the picture has the size and the fingerprint of its request, and the same bytes each time', async () => {
    const userKey = await verify();
    const { body } = await generate(userKey);
    assert.equal(body.status, 'success');
    assert.equal(body.seed, 42);
    const response = await download(body.imageDownloadUrl);
    assert.equal(response.headers.get('content-type'), 'image/jpeg');
    const bytes = new Uint8Array(await response.arrayBuffer());
    const { width, height, format } = await sharp(bytes).metadata();
    assert.deepEqual({ width, height, format }, { width: 512, height: 768, format: 'jpeg' });
    assert.equal(await readFingerprint(bytes), fingerprintOf(REQUEST));

    const again = await download((await generate(userKey)).body.imageDownloadUrl);
    assert.deepEqual(new Uint8Array(await again.arrayBuffer()), bytes);
    assert.equal((await download(body.imageDownloadUrl)).status, 403, 'a link is good once');
  });

  test('a random seed is chosen and reported', async () => {
    const { body } = await generate(await verify(), { seed: -1 });
    assert.ok(Number.isInteger(body.seed) && Number(body.seed) >= 0);
    const bytes = new Uint8Array(await (await download(body.imageDownloadUrl)).arrayBuffer());
    assert.equal(await readFingerprint(bytes), fingerprintOf({ ...REQUEST, seed: Number(body.seed) }));
  });

  test('one runs per key, two keys run side by side', async () => {
    const userKey = await verify();
    const other = await verify('f'.repeat(32));
    site.setMode('hang');
    const hanging = Promise.allSettled([generate(userKey), generate(other)]);
    await site.waitForRequest('generate', 2);
    assert.equal((await generate(userKey)).body.status, 'waiting_for_prev_request_to_finish');
    assert.equal((await call(`getUserQueuePosition?userKey=${userKey}`)).body.status, 'waiting');
    site.setMode('ok');
    assert.ok((await hanging).every(({ status }) => status === 'rejected'));
    assert.equal((await generate(userKey)).body.status, 'success');
    assert.deepEqual(site.concurrency(), { highest: 3, highestByUserKey: { [userKey]: 2, [other]: 1 } });
  });

  test('a picture that was not painted here has no fingerprint', async () => {
    const grey = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#808080' } })
      .png()
      .toBuffer();
    await assert.rejects(readFingerprint(grey), /no fingerprint/);
  });
});

describe('what a request must be', () => {
  const faults: [string, Record<string, unknown>, string][] = [
    ['a size outside the set', { resolution: '1024x1024' }, 'invalid_parameter'],
    ['guidance below 1', { guidanceScale: 0 }, 'invalid_data'],
    ['guidance that is not whole', { guidanceScale: 7.5 }, 'invalid_data'],
    ['guidance as text', { guidanceScale: '7' }, 'invalid_data'],
    ['no prompt', { prompt: ' ' }, 'invalid_data'],
    ['a seed that is not whole', { seed: 1.5 }, 'invalid_data'],
  ];
  for (const [name, changes, status] of faults) {
    test(`${name}: ${status}`, async () => assert.equal((await generate(await verify(), changes)).body.status, status));
  }

  test('a GET, a key of nobody, a wrong build hash and a wrong ad code are refused', async () => {
    const userKey = await verify();
    assert.equal((await call('generate?prompt=x')).body.status, 'invalid_parameter');
    assert.equal((await generate('0'.repeat(64))).body.status, 'invalid_key');
    assert.equal((await generate(userKey, {}, { v: 'old' })).body.status, 'client_update_required');
    assert.equal((await generate(userKey, {}, { adAccessCode: 'old' })).body.status, 'invalid_ad_access_code');
  });
});

describe('modes of generate', () => {
  const statuses: Partial<Record<PerchanceMode, [number, string, string]>> = {
    busy: [200, 'waiting_for_prev_request_to_finish', 'waiting_for_prev_request_to_finish'],
    busy_203: [203, 'waiting_for_prev_request_to_finish', 'waiting_for_prev_request_to_finish'],
    queued: [200, 'queued', 'queued'],
    network_busy: [200, 'network_busy', 'network_busy'],
    network_always_busy: [200, 'network_busy', 'network_busy'],
    gen_failure: [200, 'gen_failure', 'gen_failure'],
    gen_failure_permanent: [200, 'gen_failure', 'gen_failure'],
    key_expired: [200, 'invalid_key', 'invalid_key'],
    invalid_user_key: [200, 'invalid_user_key', 'invalid_key'],
    failed_verification: [200, 'failed_verification', 'invalid_key'],
    invalid_browser_id: [200, 'invalid_browser_id', 'invalid_key'],
    ad_code: [200, 'invalid_ad_access_code', 'success'],
    ad_code_old_name: [200, 'invalid_access_code', 'success'],
    stale: [200, 'stale_request', 'stale_request'],
    rate_429: [429, 'too_many_requests', 'too_many_requests'],
    rate_200: [200, 'too_many_requests', 'too_many_requests'],
    client_update: [200, 'client_update_required', 'client_update_required'],
    invalid_data: [200, 'invalid_data', 'invalid_data'],
    invalid_parameter: [200, 'invalid_parameter', 'invalid_parameter'],
    not_logged_in: [200, 'not_logged_in', 'not_logged_in'],
    unknown_status: [200, 'moon_phase_unsuitable', 'moon_phase_unsuitable'],
  };
  for (const [mode, [http, first, second]] of Object.entries(statuses)) {
    test(`${mode}: ${first}, then ${second}`, async () => {
      const userKey = await verify();
      site.setMode(mode as PerchanceMode);
      const reply = await generate(userKey);
      assert.deepEqual([reply.http, reply.body.status], [http, first]);
      assert.equal((await generate(userKey)).body.status, second);
    });
  }

  test('a refusal ends after the given number of times, and a new key or request id helps where it should', async () => {
    const userKey = await verify();
    site.setMode('gen_failure', { times: 1 });
    assert.deepEqual((await generate(userKey)).body, { status: 'gen_failure', type: 1 });
    assert.equal((await generate(userKey)).body.status, 'success');
    site.setMode('stale');
    await generate(userKey);
    assert.equal((await generate(userKey, {}, { requestId: '0.2' })).body.status, 'success');
    site.setMode('key_expired');
    await generate(userKey);
    assert.equal((await generate(await verify())).body.status, 'success');
  });

  test('nonjson, connection_reset, cf403_api and turnstile_fail', async () => {
    const userKey = await verify();
    site.setMode('nonjson');
    await assert.rejects(generate(userKey), SyntaxError);
    site.setMode('connection_reset');
    await assert.rejects(generate(userKey), TypeError);
    site.setMode('cf403_api');
    const response = await fetch(`${site.apiUrl}/verifyUser`);
    assert.equal(response.status, 403);
    assert.match(await response.text(), /<title>Just a moment\.\.\.<\/title>/);
    assert.equal((await fetch(site.url)).status, 200);
    site.reset();
    site.setMode('turnstile_fail');
    assert.equal((await call('verifyUser?token=any')).body.status, 'failed_verification');
  });

  test('nsfw, dataurl and webp', async () => {
    const userKey = await verify();
    site.setMode('nsfw');
    assert.equal((await generate(userKey)).body.maybeNsfw, true);
    site.setMode('dataurl');
    assert.match(String((await generate(userKey)).body.imageDataUrls), /^data:image\/jpeg;base64,/);
    site.setMode('webp');
    const { body } = await generate(userKey);
    assert.equal(body.fileExtension, 'webp');
    const bytes = new Uint8Array(await (await download(body.imageDownloadUrl)).arrayBuffer());
    assert.equal((await sharp(bytes).metadata()).format, 'webp');
    assert.equal(await readFingerprint(bytes), fingerprintOf(REQUEST));
  });

  test('downloads that are expired, gone, cut short or a page', async () => {
    const userKey = await verify();
    const at = async (mode: PerchanceMode) => {
      site.setMode(mode);
      return download((await generate(userKey)).body.imageDownloadUrl);
    };
    assert.equal((await at('download_403')).status, 403);
    assert.equal((await at('download_404')).status, 404);
    assert.match(await (await at('download_html')).text(), /^<!doctype html>/);
    const cut = new Uint8Array(await (await at('download_truncated')).arrayBuffer());
    await assert.rejects(sharp(cut, { failOn: 'truncated' }).raw().toBuffer());
  });
});

describe('modes of documents', () => {
  test('each page can be challenged, missing, broken, renewed or out of reach', async () => {
    site.setMode('cf403_document');
    for (const url of [site.url, site.generatorUrl, site.embedUrl]) assert.equal((await fetch(url)).status, 403);
    site.setMode('embed_404');
    assert.equal((await fetch(site.embedUrl)).status, 404);
    site.setMode('site_error');
    assert.equal((await fetch(site.url)).status, 502);
    site.setMode('redesigned');
    assert.doesNotMatch(await (await fetch(site.url)).text(), /outputIframeEl/);
    site.setMode('embed_refused');
    await assert.rejects(fetch(site.embedUrl), TypeError);
    assert.equal((await fetch(site.url)).status, 200);
    site.setMode('ok');
    assert.equal((await fetch(site.embedUrl)).status, 200);
    assert.deepEqual(site.documentLoads, { outer: 4, generator: 1, embed: 3, imagePage: 0 });
  });

  test('a page that hangs ends with the next mode', async () => {
    site.setMode('embed_hang');
    const hanging = assert.rejects(fetch(site.embedUrl), TypeError);
    await assert.rejects(fetch(site.embedUrl, { signal: AbortSignal.timeout(50) }), { name: 'TimeoutError' });
    site.setMode('ok');
    await hanging;
  });

  test('the two known layouts', async () => {
    site.setMode('dom_v1', { termsDialog: true });
    const v1 = await (await fetch(site.generatorUrl)).text();
    assert.match(v1, /<option>3<.*<option selected>6<.*<option>9</);
    assert.match(v1, /<input class="paragraph-input" data-name="negative">/);
    assert.match(v1, /termsDialogEl/);
    site.setMode('dom_v2');
    const v2 = await (await fetch(site.generatorUrl)).text();
    assert.match(v2, /<option>2<.*<option>32</);
    assert.match(v2, /<textarea class="paragraph-input" data-name="negative">/);
  });
});
