import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { Agent, createServer, type RequestListener } from 'node:http';
import { after, describe, test } from 'node:test';
import { AppError, type ErrorCode } from '../../../shared/errors.ts';
import { AddressRefused, createAddressGuard } from '../../../shared/net/address-guard.ts';
import { createHttpClient, listen } from '../../../shared/net/http.ts';
import { isNeverAllowed, isPublicAddress } from '../../../shared/net/public-address.ts';
import { createGuardedFetch } from '../../../worker/upstream/guarded-fetch.ts';
import { callUpstream } from '../../../worker/upstream/upstream.ts';

const { signal } = new AbortController();
const closing: (() => Promise<void>)[] = [];
after(() => Promise.all(closing.map((close) => close())));

async function serve(handle: RequestListener): Promise<string> {
  const server = createServer(handle);
  const { port } = await listen(server, 0, '127.0.0.1');
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${port}`;
}

async function assertFails(promise: Promise<unknown>, code: ErrorCode): Promise<AppError> {
  const error: unknown = await promise.then(
    () => assert.fail('must fail'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof AppError, String(error));
  assert.equal(error.code, code, error.message);
  return error;
}

describe('public addresses', () => {
  const PUBLIC = [
    '8.8.8.8',
    '1.1.1.1',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ];
  const PRIVATE = [
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.9.9.9', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['169.254.169.254', '198.18.0.1', '192.0.2.1', '203.0.113.9', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
    ...['168.63.129.16', '::', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:a00:1', '::127.0.0.1'],
    ...['fc00::1', 'fd12:3456::1', 'fe80::1', 'fe80::1%eth0', 'ff02::1', 'fd00:ec2::254', '2001:db8::1', '2001::1'],
    ...['2002:7f00:1::', '64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::1', '100::1', 'not an address'],
  ];
  for (const address of PUBLIC) test(`${address} is public`, () => assert.equal(isPublicAddress(address), true));
  for (const address of PRIVATE) test(`${address} is not`, () => assert.equal(isPublicAddress(address), false));

  test('metadata and link-local addresses are never allowed, other private ones may be', () => {
    for (const address of [
      '169.254.169.254',
      '::ffff:169.254.169.254',
      'fe80::1',
      'fd00:ec2::254',
      '100.100.100.200',
    ]) {
      assert.equal(isNeverAllowed(address), true, address);
    }
    for (const address of ['127.0.0.1', '10.0.0.1', '::1', 'fd12::1']) assert.equal(isNeverAllowed(address), false);
  });
});

describe('the address guard', () => {
  const resolve = async (hostname: string): Promise<LookupAddress[]> =>
    hostname === 'inside.example'
      ? [{ address: '10.0.0.7', family: 4 }]
      : [
          { address: '127.0.0.1', family: 4 },
          { address: '93.184.216.34', family: 4 },
        ];
  const guard = createAddressGuard({ resolve, allow: ['hooks.example', '10.0.0.0/24'] });

  const SPELLINGS = [
    ...['https://127.0.0.1/', 'https://2130706433/', 'https://0177.0.0.1/', 'https://0x7f.1/', 'https://127.1/'],
    ...[
      'https://[::1]/',
      'https://[::ffff:127.0.0.1]/',
      'https://[::ffff:7f00:1]/',
      'https://0/',
      'https://192.168.0.1/',
    ],
    ...['https://169.254.169.254/latest/meta-data', 'https://１２７.0.0.1/', 'http://8.8.8.8/', 'file:///etc/passwd'],
  ];
  for (const spelling of SPELLINGS) {
    test(`refuses ${spelling}`, () => assert.throws(() => guard.checkUrl(new URL(spelling)), AddressRefused));
  }

  test('allows names and networks that the operator allows', async () => {
    await guard.check(new URL('https://hooks.example/a'));
    await guard.check(new URL('https://inside.example/a'));
    guard.checkUrl(new URL('https://10.0.0.9/'));
    assert.throws(() => guard.checkUrl(new URL('https://10.0.1.9/')), AddressRefused);
  });

  test('resolves only the public addresses of a name that has both kinds', async () => {
    const found = await new Promise((settle) => {
      guard.lookup('mixed.example', { all: true }, (_error, addresses) => settle(addresses));
    });
    assert.deepEqual(found, [{ address: '93.184.216.34', family: 4 }]);
  });

  test('refuses a name without an allowed address, early and at the connection', async () => {
    const closed = createAddressGuard({ resolve: async () => [{ address: '::1', family: 6 }] });
    await assert.rejects(closed.check(new URL('https://rebound.example/')), AddressRefused);
    const client = createHttpClient({ httpAgent: new Agent({ lookup: closed.lookup }) });
    await assertFails(callUpstream(client, { url: 'http://rebound.example/', signal }), 'engine_changed');
  });

  test('connects to the address that was checked, even if the name changes later', async () => {
    const origin = await serve((_request, response) => response.end('checked'));
    const answers = ['127.0.0.1', '10.9.9.9'];
    const rebinding = createAddressGuard({
      resolve: async () => [{ address: answers.shift() ?? '10.9.9.9', family: 4 }],
      allow: ['127.0.0.1'],
    });
    const client = createHttpClient({ httpAgent: new Agent({ lookup: rebinding.lookup }) });
    const url = `http://rebinding.example:${new URL(origin).port}/`;
    const reply = await callUpstream(client, { url, signal });
    assert.equal(reply.body.toString(), 'checked');
    await assertFails(callUpstream(client, { url, signal }), 'engine_changed');
  });
});

describe('guarded fetch', () => {
  const PICTURE = Buffer.from('a picture');

  test('fetches from a private base, and sends the credentials only to its origin', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end(PICTURE);
    });
    const base = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(302, { location: `${other}/moved.png` }).end();
    });
    const fetchPicture = createGuardedFetch({ base });
    const credentials = { authorization: 'Bearer secret' };
    assert.deepEqual(await fetchPicture('/relative.png', { signal, credentials }), PICTURE);
    assert.deepEqual(seen, ['Bearer secret', undefined]);
  });

  test('refuses http and private addresses when the base is public and https', async () => {
    const fetchPicture = createGuardedFetch({ base: 'https://93.184.216.34/v1' });
    for (const url of [
      'http://93.184.216.34/a.png',
      'https://127.0.0.1/a.png',
      'https://[::1]/',
      'file:///etc/passwd',
    ]) {
      await assertFails(fetchPicture(url, { signal }), 'engine_changed');
    }
  });

  test('never fetches a metadata address, not even for a private base', async () => {
    const base = await serve((_request, response) => {
      response.writeHead(301, { location: 'http://169.254.169.254/latest/meta-data' }).end();
    });
    const error = await assertFails(createGuardedFetch({ base })('/picture', { signal }), 'engine_changed');
    assert.match(error.message, /169\.254\.169\.254/);
  });

  test('follows only a few redirects', async () => {
    let hops = 0;
    const base = await serve((_request, response) => {
      hops += 1;
      response.writeHead(307, { location: `/${hops}` }).end();
    });
    await assertFails(createGuardedFetch({ base })('/', { signal }), 'engine_failed');
    assert.equal(hops, 4);
  });

  test('stops reading a picture that is too large, with or without a declared length', async () => {
    const base = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png' });
      response.write(Buffer.alloc(2000));
      response.end(Buffer.alloc(2000));
    });
    await assertFails(createGuardedFetch({ base, maxBytes: 1000 })('/', { signal }), 'engine_failed');
  });

  test('ends at its deadline, and at once when cancelled', async () => {
    const base = await serve((_request, response) => void response.write('a'));
    await assertFails(createGuardedFetch({ base, timeoutMs: 30 })('/', { signal }), 'engine_timeout');
    const abort = new AbortController();
    const running = createGuardedFetch({ base })('/', { signal: abort.signal });
    abort.abort();
    await assertFails(running, 'cancelled');
  });

  test('reports the answer for a missing picture, without the address', async () => {
    const base = await serve((_request, response) => response.writeHead(404).end('gone'));
    const error = await assertFails(createGuardedFetch({ base })('/a?sig=secret', { signal }), 'engine_failed');
    assert.match(error.message, /404/);
    assert.doesNotMatch(error.message, /secret/);
  });

  test('decodes data URLs within the limit', async () => {
    const fetchPicture = createGuardedFetch({ base: 'https://93.184.216.34', maxBytes: 100 });
    const url = `data:image/png;base64,${PICTURE.toString('base64')}`;
    assert.deepEqual(await fetchPicture(url, { signal }), PICTURE);
    await assertFails(fetchPicture(`data:image/png;base64,${'A'.repeat(200)}`, { signal }), 'engine_failed');
    await assertFails(fetchPicture('data:text/html,hello', { signal }), 'engine_changed');
  });
});
