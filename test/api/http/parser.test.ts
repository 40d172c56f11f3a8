import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { toTrustProxy } from '../../../api/http/middleware/trust-proxy.ts';
import { startGateway, type TestGateway } from '../gateway.ts';

/** Malformed requests, written byte by byte. Each gets a JSON error that says what is wrong. */

interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: { readonly error: string; readonly code: string; readonly image_url?: string };
}

let gateway: TestGateway;
before(async () => {
  gateway = await startGateway();
});
after(() => gateway.stop());
beforeEach(() => gateway.jobs.submissions.splice(0));

/** Resolves with everything that arrives on one connection until it is closed. */
function exchange(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (part) => parts.push(part));
    socket.once('error', reject);
    socket.once('close', () => resolve(Buffer.concat(parts).toString()));
  });
}

async function send(bytes: string | Buffer): Promise<Answer> {
  const [head = '', body = ''] = (await exchange(bytes)).split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body: JSON.parse(body) as Answer['body'] };
}

const CLOSE = 'Connection: close\r\n\r\n';

describe('an address with raw characters', () => {
  test('from curl gets the reason and a command that works', async () => {
    const { stdout } = await promisify(execFile)('curl', ['-s', `${gateway.url}/generate?prompt=café`]);
    const { code, field, error } = JSON.parse(stdout) as Record<string, string>;
    assert.deepEqual([code, field], ['invalid_request', 'path']);
    const line = /curl -G (.*)$/.exec(error ?? '')?.[0] ?? '';
    const answer = await promisify(execFile)('sh', ['-c', `${line} -s`]);
    assert.match(answer.stdout, /"success":true/);
    assert.equal(gateway.jobs.submissions[0]?.draft.prompt, 'café au lait');
  });

  test('such as a space gets the reason too', async () => {
    const { status, head, body } = await send('GET /generate?prompt=a red fox HTTP/1.1\r\nHost: x\r\n\r\n');
    assert.equal(status, 400);
    assert.match(head, /Content-Type: application\/json/);
    assert.match(head, /X-Request-Id: \w+/);
    assert.match(body.error, /--data-urlencode/);
  });
});

describe('a request that the parser refuses', () => {
  test('for its length is 431, with advice to use POST', async () => {
    const { status, body } = await send(`GET /generate?prompt=${'x'.repeat(300_000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
    assert.equal(status, 431);
    assert.match(body.error, /longer than 64 kB.*POST \/jobs/);
  });

  test('for one long header is 431 too', async () => {
    const { status, body } = await send(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(70_000)}\r\n\r\n`);
    assert.deepEqual([status, body.code], [431, 'payload_too_large']);
  });

  test('because it is TLS gets advice to use HTTP', async () => {
    const { status, body } = await send(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01]));
    assert.equal(status, 400);
    assert.match(body.error, /http:\/\//);
  });

  test('is logged without its content', async () => {
    await send('GET /generate?prompt=a very private matter HTTP/1.1\r\nHost: x\r\n\r\n');
    const lines = gateway.logged.join('');
    assert.match(lines, /HPE_INVALID_CONSTANT/);
    assert.doesNotMatch(lines, /private/);
  });

  test('after a valid one gets its own answer, and the first answer is complete', async () => {
    const both = await exchange('GET /health HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n');
    const [first, second] = both.split(/(?=HTTP\/1\.1 \d)/);
    assert.match(first ?? '', /^HTTP\/1\.1 200 [\s\S]*"status":"healthy"[^}]*}$/);
    assert.match(second ?? '', /^HTTP\/1\.1 400 [\s\S]*not a valid HTTP[^}]*}$/);
  });
});

describe('an address', () => {
  test('of 58 kB is accepted', async () => {
    const { status } = await send(
      `GET /generate?prompt=${'%20a'.repeat(500)}&x=${'x'.repeat(58_000)} HTTP/1.1\r\nHost: x\r\n${CLOSE}`,
    );
    assert.equal(status, 200);
  });

  test('above 60 kB gets advice for longer prompts', async () => {
    const { status, body } = await send(`GET /generate?x=${'x'.repeat(61_500)} HTTP/1.1\r\nHost: x\r\n${CLOSE}`);
    assert.equal(status, 413);
    assert.match(body.error, /longer than 60 kB.*POST \/jobs/);
  });
});

describe('Host', () => {
  const ask = (host: string, version = '1.1'): Promise<Answer> =>
    send(`GET /generate?prompt=fox HTTP/${version}\r\n${host}${CLOSE}`);

  test('that names the gateway is used in the addresses of its answers', async () => {
    for (const name of ['pictures.example', 'pictures.example:8443', '[2001:db8::1]:80', 'under_score:1']) {
      const { status, body } = await ask(`Host: ${name}\r\n`);
      assert.equal(status, 200, name);
      assert.equal(body.image_url, `http://${name}/images/picture-0.png`);
    }
  });

  for (const host of [
    'user:pass@elsewhere.example',
    'a/b',
    'a b',
    'a"onload="x',
    '<script>',
    'a:99999999',
    'a:65536',
    'a?b',
    'a\\b',
    '',
    ':80',
    '[::1',
    'caf\u00e9',
  ]) {
    test(`${JSON.stringify(host)} is no address, so the connection's address is used`, async () => {
      const { status, body } = await ask(`Host: ${host}\r\n`);
      assert.equal(status, 200);
      assert.equal(body.image_url, `${gateway.url}/images/picture-0.png`);
    });
  }

  test('is not required in HTTP/1.0, which simple monitors use', async () => {
    const { status, body } = await ask('', '1.0');
    assert.equal(status, 200);
    assert.equal(body.image_url, `${gateway.url}/images/picture-0.png`);
  });

  test('is required in HTTP/1.1, and the error says so', async () => {
    const { status, body } = await ask('');
    assert.equal(status, 400);
    assert.match(body.error, /`Host`/);
  });
});

describe('X-Forwarded-Proto and X-Forwarded-Host of a trusted proxy', () => {
  let behind: TestGateway;
  before(async () => {
    behind = await startGateway({ trustProxy: toTrustProxy('1') });
  });
  after(() => behind.stop());

  for (const [proto, host, base] of [
    ['https', 'pictures.example', 'https://pictures.example'],
    ['https, http', 'pictures.example, inner.example', 'https://pictures.example'],
    ['javascript', 'pictures.example', 'http://pictures.example'],
    ['ftp', 'user:pass@pictures.example', undefined],
    ['', '', undefined],
  ] as const) {
    test(`"${proto}" and "${host}"`, async () => {
      const headers = { 'x-forwarded-proto': proto, 'x-forwarded-host': host };
      const answer = await (await fetch(`${behind.url}/generate?prompt=fox`, { headers })).json();
      assert.equal((answer as Answer['body']).image_url, `${base ?? behind.url}/images/picture-0.png`);
    });
  }
});
