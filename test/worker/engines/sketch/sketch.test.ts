import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import type { ProgressEvent } from '../../../../shared/contract/generation.ts';
import { createLog, type Logger } from '../../../../shared/service/log.ts';
import { systemClock } from '../../../../shared/wait.ts';
import { findRenderers } from '../../../../worker/browser/process/process-tree.ts';
import { createBrowserSupervisor } from '../../../../worker/browser/supervisor.ts';
import type { Engine, EngineRequest } from '../../../../worker/engines/engine.ts';
import { createSketch } from '../../../../worker/engines/sketch/index.ts';
import { engineContract } from '../../../contracts/engine.ts';
import { readProc } from '../../../support/proc.ts';

const NOT_LINUX = process.platform === 'linux' ? false : 'the kernel is not Linux';

function createOnBrowser(log: Logger) {
  const pages = createBrowserSupervisor({
    executablePath: process.env.CHROMIUM_PATH,
    restartAfterPages: 0,
    idleShutdownMs: 0,
    clock: systemClock,
    log,
  });
  return { engine: createSketch({ pages }), pages, secrets: [], close: () => pages.stop() };
}

engineContract({
  name: 'sketch',
  create: async (log) => createOnBrowser(log),
});

describe('engine sketch', () => {
  const { engine, close }: { engine: Engine; close(): Promise<void> } = createOnBrowser(
    createLog({ service: 'test', level: 'silent' }),
  );
  before(() => paint());
  after(close);

  async function paint(changes: Partial<EngineRequest> = {}) {
    const events: Omit<ProgressEvent, 'engine'>[] = [];
    const request: EngineRequest = {
      prompt: 'a lighthouse by the sea',
      negativePrompt: '',
      seed: 7,
      count: 1,
      width: 256,
      height: 256,
      shape: 'square',
      guidanceScale: 7,
      previews: 0,
      ...changes,
    };
    const context = {
      signal: new AbortController().signal,
      onProgress: (event: Omit<ProgressEvent, 'engine'>) => void events.push(event),
    };
    const { images } = await engine.generate(request, context);
    return { images, events, first: Buffer.from(images[0]?.bytes ?? []) };
  }

  const isLike = async (one: Partial<EngineRequest>, other: Partial<EngineRequest>) =>
    (await paint(one)).first.equals((await paint(other)).first);

  test('draws what prompt, guidance and negative prompt say', async () => {
    assert.equal(await isLike({}, {}), true);
    assert.equal(await isLike({}, { prompt: 'a city at night' }), false);
    assert.equal(await isLike({}, { guidanceScale: 15 }), false);
    assert.equal(
      await isLike({ prompt: 'sea and boats' }, { prompt: 'sea and boats', negativePrompt: 'boats' }),
      false,
    );
  });

  test('draws any allowed prompt', async () => {
    const prompts = ['x', '🦊🌙✨', 'قارب على البحر', '</script><b>"\'`\\', 'wide '.repeat(400).trim(), '海上的月亮'];
    for (const prompt of prompts) {
      const { first } = await paint({ prompt, width: 64, height: 64 });
      assert.equal((await sharp(first).metadata()).format, 'png');
    }
  });

  test('draws the smallest, the largest and uneven sizes', async () => {
    for (const [width, height] of [
      [64, 64],
      [2048, 2048],
      [333, 517],
    ] as const) {
      const metadata = await sharp((await paint({ width, height })).first).metadata();
      assert.deepEqual([metadata.width, metadata.height], [width, height]);
    }
  });

  test('a page that is kept holds no copy of a large picture', { skip: NOT_LINUX }, async () => {
    await paint({ width: 2048, height: 2048 });
    for (const { pid } of await findRenderers(process.pid)) {
      const sharedMb = Number(/^RssShmem:\s+(\d+)/m.exec(readProc(pid, 'status'))?.[1]) / 1024;
      assert.ok(sharedMb < 24, `${sharedMb} MB shared with the browser to show it`);
    }
  });

  test('continues its seeds past the largest', async () => {
    const { images, events } = await paint({ seed: 2 ** 32 - 1, count: 2 });
    assert.deepEqual(
      images.map(({ seed }) => seed),
      [2 ** 32 - 1, 0],
    );
    const fractions = events.flatMap(({ fraction }) => fraction ?? []);
    assert.deepEqual(
      fractions,
      fractions.toSorted((one, other) => one - other),
    );
    assert.equal(fractions.at(-1), 1);
  });

  test('shows as many previews as asked', async () => {
    const { events } = await paint({ previews: 3 });
    const previews = events.flatMap(({ preview }) => preview ?? []);
    assert.equal(previews.length, 3);
    for (const { mediaType, base64 } of previews) {
      assert.equal(mediaType, 'image/jpeg');
      assert.equal((await sharp(Buffer.from(base64, 'base64')).metadata()).width, 256);
    }
  });
});
