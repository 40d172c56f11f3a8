import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { createImgurStandIn, type ImgurStandIn } from './imgur/imgur-stand-in.ts';
import type { ImgurMode } from './imgur/modes.ts';

let imgur: ImgurStandIn;
let png: Buffer;

before(async () => {
  imgur = await createImgurStandIn({ maxBytes: 200_000, pngConversionBytes: 50_000 });
  png = await blank().png().toBuffer();
});
afterEach(() => imgur.reset());
after(() => imgur.stop());

function blank(): Sharp {
  return sharp({ create: { width: 40, height: 30, channels: 3, background: 'teal' } });
}

function noise(side: number): Sharp {
  return sharp({
    create: {
      width: side,
      height: side,
      channels: 3,
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
      background: 'teal',
    },
  });
}

function upload(image: Buffer | string | null, authorization = `Client-ID ${imgur.clientId}`): Promise<Response> {
  const form = new FormData();
  if (typeof image === 'string') form.set('image', image);
  else if (image) form.set('image', new Blob([new Uint8Array(image)], { type: 'image/png' }), 'picture.png');
  form.set('title', 'A title');
  return fetch(`${imgur.apiUrl}/image`, { method: 'POST', headers: { authorization }, body: form });
}

async function uploaded(image: Buffer | string): Promise<Record<string, unknown>> {
  const response = await upload(image);
  assert.equal(response.status, 200);
  return ((await response.json()) as { data: Record<string, unknown> }).data;
}

async function errorOf(response: Response): Promise<[number, unknown]> {
  const { data } = (await response.json()) as { data: { error: unknown } };
  return [response.status, data.error];
}

describe('an upload', () => {
  test('is stored, served, described and deleted', async () => {
    const data = await uploaded(png);
    assert.match(String(data.id), /^[A-Za-z0-9]{7}$/);
    assert.match(String(data.deletehash), /^[A-Za-z0-9]{15}$/);
    assert.deepEqual([data.type, data.width, data.height, data.title], ['image/png', 40, 30, 'A title']);
    assert.equal(data.link, `${imgur.url}/i/${data.id}.png`);
    const served = await fetch(String(data.link));
    assert.equal(served.headers.get('content-type'), 'image/png');
    assert.deepEqual(Buffer.from(await served.arrayBuffer()), png);
    assert.deepEqual([imgur.uploads[0]?.encoding, imgur.uploads[0]?.clientId], ['file', imgur.clientId]);

    const headers = { authorization: `Client-ID ${imgur.clientId}` };
    const described = await fetch(`${imgur.apiUrl}/image/${data.id}`, { headers });
    assert.equal(((await described.json()) as { data: { deletehash?: string } }).data.deletehash, undefined);
    const byId = await fetch(`${imgur.apiUrl}/image/${data.id}`, { method: 'DELETE', headers });
    assert.equal(byId.status, 403);
    const removed = await fetch(`${imgur.apiUrl}/image/${data.deletehash}`, { method: 'DELETE', headers });
    assert.deepEqual(await removed.json(), { data: true, success: true, status: 200 });
    assert.equal(imgur.uploads[0]?.isDeleted, true);
    assert.equal((await fetch(String(data.link))).url, `${imgur.url}/removed.png`);
  });

  test('may be base64 text, multipart or urlencoded', async () => {
    await uploaded(png.toString('base64'));
    const response = await fetch(`${imgur.apiUrl}/upload`, {
      method: 'POST',
      headers: { authorization: `Client-ID ${imgur.clientId}` },
      body: new URLSearchParams({ image: png.toString('base64'), type: 'base64' }),
    });
    assert.equal(response.status, 200);
    assert.deepEqual(
      imgur.uploads.map(({ sentBytes }) => sentBytes.equals(png)),
      [true, true],
    );
  });

  test('a large PNG comes back as a JPEG', async () => {
    const data = await uploaded(await noise(200).png().toBuffer());
    assert.deepEqual([data.type, String(data.link).slice(-4)], ['image/jpeg', '.jpg']);
    const served = await fetch(String(data.link));
    assert.equal((await sharp(Buffer.from(await served.arrayBuffer())).metadata()).format, 'jpeg');
  });

  test('costs ten credits, and the headers say what is left', async () => {
    const { headers } = await upload(png);
    assert.equal(headers.get('x-ratelimit-clientremaining'), '12490');
    assert.equal(headers.get('x-ratelimit-userremaining'), '490');
    assert.equal(headers.get('x-post-rate-limit-remaining'), '1249');
    assert.ok(Number(headers.get('x-ratelimit-userreset')) > Date.now() / 1000);
    assert.ok(Number(headers.get('x-post-rate-limit-reset')) <= 3600);
    const credits = await fetch(`${imgur.apiUrl}/credits`, {
      headers: { authorization: `Client-ID ${imgur.clientId}` },
    });
    assert.equal(((await credits.json()) as { data: { UserRemaining: number } }).data.UserRemaining, 490);
  });

  test('is refused when the application or the address has no credits left', async () => {
    imgur.setCredits({ userRemaining: 5 });
    assert.equal((await upload(png)).status, 429);
    imgur.setCredits({ userRemaining: 500, clientRemaining: 0 });
    assert.ok('errors' in ((await (await upload(png)).json()) as object));
    assert.equal(imgur.uploads.length, 0);
  });
});

describe('an upload that is wrong', () => {
  test('no header, an unknown client id', async () => {
    assert.equal((await upload(png, '')).status, 401);
    assert.deepEqual(await errorOf(await upload(png, 'Client-ID nobody')), [403, 'Invalid client_id']);
  });

  test('no picture, WebP, half a picture, too many bytes', async () => {
    assert.deepEqual(await errorOf(await upload(null)), [400, 'No image data was sent to the upload api']);
    const invalidType = { code: 1003, message: 'File type invalid (1)', type: 'ImgurException', exception: [] };
    assert.deepEqual(await errorOf(await upload(await blank().webp().toBuffer())), [400, invalidType]);
    assert.equal((await upload(png.subarray(0, 12))).status, 400);
    const large = await noise(400).png().toBuffer();
    assert.deepEqual(await errorOf(await upload(large)), [400, 'File is over the size limit']);
    assert.equal(imgur.uploads.length, 0);
  });
});

describe('modes', () => {
  const refused: Partial<Record<ImgurMode, [number, RegExp]>> = {
    daily429: [429, /Daily client requests exceeded/],
    jsonapi429: [429, /^\{"errors":\[\{"id":"legacy-api-/],
    toofast400: [400, /"code":429,"message":"You are uploading too fast/],
    toofast429: [429, /"status":400/],
    over403: [403, /over capacity/],
    over429: [429, /over capacity/],
    over500: [500, /over capacity/],
    over1203: [500, /"status":1203/],
    forbidden400: [400, /These actions are forbidden/],
    country400: [400, /anonymous uploading in your country/],
    invalid_client: [403, /Invalid client_id/],
    file_type400: [400, /"code":1003/],
    html503: [503, /<title>503 client read error<\/title>/],
    datastring500: [500, /"data":"An error occurred"/],
    datafalse: [500, /"data":false/],
  };
  for (const [mode, [status, body]] of Object.entries(refused)) {
    test(`${mode}: ${status}, and the next upload goes well`, async () => {
      imgur.setMode(mode as ImgurMode, { times: 1 });
      const response = await upload(png);
      assert.equal(response.status, status);
      assert.match(await response.text(), body);
      assert.equal(imgur.uploads.length, 0);
      imgur.setCredits({ clientRemaining: 12_500 });
      await uploaded(png);
    });
  }

  test('jsonapi429 says that the application has nothing left', async () => {
    imgur.setMode('jsonapi429');
    assert.equal((await upload(png)).headers.get('x-ratelimit-clientremaining'), '0');
  });

  test('reset and hang leave a picture behind, reset_before does not', async () => {
    imgur.setMode('reset');
    await assert.rejects(
      upload(png).then((response) => response.json()),
      TypeError,
    );
    assert.equal(imgur.uploads.length, 1);
    imgur.setMode('reset_before');
    await assert.rejects(upload(png), TypeError);
    assert.equal(imgur.uploads.length, 1);
    imgur.setMode('hang');
    const headers = { authorization: `Client-ID ${imgur.clientId}` };
    const body = new URLSearchParams({ image: png.toString('base64') });
    const signal = AbortSignal.timeout(100);
    await assert.rejects(fetch(`${imgur.apiUrl}/image`, { method: 'POST', headers, body, signal }));
    assert.equal(imgur.uploads.length, 2);
  });

  test('slow answers in its time; a link may be missing or lead nowhere', async () => {
    imgur.setMode('slow', { uploadMs: 20 });
    const { link } = await uploaded(png);
    imgur.setMode('success_without_link');
    assert.equal('link' in (await uploaded(png)), false);
    imgur.setMode('media_429');
    assert.equal((await fetch(String(link))).status, 429);
    imgur.setMode('media_403');
    assert.equal((await fetch(String(link))).status, 403);
    imgur.setMode('media_removed');
    assert.equal((await fetch(String(link))).url, `${imgur.url}/removed.png`);
  });
});
