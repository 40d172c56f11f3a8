import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import { AppError } from '../../shared/errors.ts';
import type { Attack, Behaviour } from '../stand-ins/perchance/behaviour.ts';
import { createPerchanceOnStandIn, type Perchance, paint } from '../worker/engines/perchance/setup.ts';

/** A site that attacks the browser. After each attack the next picture must be made as usual. */
describe('a hostile page', () => {
  let perchance: Perchance;
  before(async () => {
    perchance = await createPerchanceOnStandIn();
  });
  afterEach(async () => {
    perchance.site.setMode('ok');
    const { bytes } = await paint(perchance.engine);
    assert.ok(bytes.length > 1000, 'the next picture');
  });
  after(() => perchance.close());

  async function attack(name: Attack | null, changes: Partial<Behaviour> = {}) {
    perchance.site.setMode('ok', { attack: name, ...changes });
    const engine = perchance.createEngine({ waits: { picture: 30_000, part: 30_000 } });
    return paint(engine, {}, AbortSignal.timeout(40_000)).then(
      (image) => ({ image, error: undefined }),
      (error: unknown) => {
        assert.ok(error instanceof AppError, String(error));
        return { image: undefined, error };
      },
    );
  }

  for (const [size, name] of [
    ['16 MB', 'large_result'],
    ['60 MB', 'huge_result'],
  ] as const) {
    test(`with a picture of ${size} gives none`, async () => {
      const { error } = await attack(name);
      // The larger one does not fit into the page's own memory, and may fail in several ways.
      assert.match(error?.code ?? '', name === 'large_result' ? /^engine_failed$/ : /^engine_/);
      if (name === 'large_result') assert.match(error?.message ?? '', /whole picture/);
    });
  }

  test('with a status of 12 MB: the status is dropped', async () => {
    const body = { status: 'x'.repeat(12_000_000) };
    const { error } = await attack(null, { refusal: { kind: 'status', httpStatus: 200, body }, times: 1000 });
    assert.ok(error !== undefined && error.message.length < 300, `${error?.message.length} characters`);
  });

  test('with an invalid seed: the seed is dropped', async () => {
    const { image } = await attack('wild_seed');
    assert.notEqual(image?.seed, 1e308);
    assert.ok(image !== undefined && (image.seed === undefined || image.seed < 2 ** 32));
  });

  for (const hoard of ['huge_storage', 'huge_database'] as const) {
    test(`with ${hoard} still gives its picture, and its data is not kept`, async () => {
      const { image, error } = await attack(hoard);
      assert.ok(image !== undefined, String(error));
    });
  }

  test('that opens 300 windows: none opens', async () => {
    const { image, error } = await attack('windows');
    assert.ok(image !== undefined, String(error));
  });

  test('that fills memory: its browser is killed', async () => {
    const { error } = await attack('buffers');
    assert.equal(error?.code, 'engine_failed');
    assert.match(error?.message ?? '', /died twice|does not answer|no answer/);
  });

  test('that loops for ever: the page is closed after some seconds of processor time', async () => {
    const { error } = await attack('endless_loop');
    assert.equal(error?.code, 'engine_failed');
    assert.match(error.message, /computes without end/);
  });

  test('cannot reach a private network', async () => {
    const reached: string[] = [];
    const tcp = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (data) => {
        reached.push(String(data).split('\r\n')[0] ?? '');
        socket.destroy();
      });
    });
    const { port } = await new Promise<{ port: number }>((resolve) => {
      tcp.listen(0, '::', () => resolve(tcp.address() as { port: number }));
    });
    const udp = createSocket({ type: 'udp6', ipv6Only: false }).bind(port, '::');
    udp.on('message', () => reached.push('a datagram'));
    await once(udp, 'listening');
    try {
      const targets = ['127.0.0.2', 'localhost', '[::1]', '[::ffff:127.0.0.3]', '0.0.0.0', '2130706435'];
      const { image, error } = await attack('inward', { targets: targets.map((host) => `${host}:${port}`) });
      assert.ok(image !== undefined, String(error));
      assert.deepEqual(reached, []);
    } finally {
      tcp.close();
      udp.close();
    }
  });
});
