import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { after, describe, test } from 'node:test';
import sharp from 'sharp';
import { sniffMediaType } from '../../../shared/picture/media-type.ts';
import { createLog } from '../../../shared/service/log.ts';
import type { PictureOrigin } from '../../../worker/picture/conversion.ts';
import { createConverter } from '../../../worker/picture/converter.ts';
import { normalise } from '../../../worker/picture/normalise.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { until } from '../../support/poll.ts';
import { childrenOf, commandOf, readProc } from '../../support/proc.ts';

const origin: PictureOrigin = {
  ...{ engine: 'perchance', isTrained: true, metadata: 'full', prompt: 'a fox', negativePrompt: '', seed: 42 },
};
const { signal } = new AbortController();

/** Takes more than a second as AVIF. */
const largePng = await sharp({
  create: {
    width: 2048,
    height: 2048,
    channels: 3,
    background: '#000',
    noise: { type: 'gaussian', mean: 120, sigma: 30 },
  },
})
  .png({ compressionLevel: 1 })
  .toBuffer();
const largeAvif = { kind: 'encode', png: largePng, format: 'avif' } as const;
const small = { kind: 'normalise', bytes: await sharp(largePng).resize(64, 64).png().toBuffer(), origin } as const;

const converting = (parent = process.pid): number | undefined =>
  childrenOf(parent).find((pid) => commandOf(pid).includes('picture/child'));

/** Milliseconds of a processor. */
const workOf = (pid: number): number => {
  const fields = readProc(pid, 'stat').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

describe('the converting process', () => {
  const clock = createManualClock();
  const lines: string[] = [];
  const log = createLog({ service: 'test', level: 'warn', destination: { write: (line) => void lines.push(line) } });
  const converter = createConverter({ clock, log });
  after(() => converter.stop());

  /** The process, when it has begun to convert the picture. */
  async function atWork(least = 500): Promise<number> {
    await until(() => workOf(converting() ?? 0) > least, 'the conversion');
    return converting() ?? assert.fail('it has ended');
  }

  test('makes the same bytes as the worker itself, with the same errors', async () => {
    const picture = await converter.convert(small, signal);
    assert.ok(Buffer.isBuffer(picture.bytes));
    assert.deepEqual(picture, await normalise(small.bytes, origin));
    const broken = { ...small, bytes: small.bytes.subarray(0, 100) };
    const expected = await normalise(broken.bytes, origin).catch((error: unknown) => error);
    assert.ok(expected instanceof Error);
    await assert.rejects(converter.convert(broken, signal), { code: 'engine_failed', message: expected.message });
  });

  test('gives way: each of its threads is nice, and the kernel kills it before the browser', async () => {
    await converter.convert(small, signal);
    const pid = converting() ?? assert.fail('it has ended');
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) => ({
      name: readProc(pid, `task/${thread}/comm`).trim(),
      niceness: getPriority(Number(thread)),
    }));
    const ofLibrary = threads.filter(({ name }) => /libvips|libuv|MainThread/.test(name));
    assert.ok(ofLibrary.length > 1, JSON.stringify(threads));
    assert.deepEqual(
      ofLibrary.filter(({ niceness }) => niceness < 10),
      [],
    );
    assert.equal(readProc(pid, 'oom_score_adj').trim(), '750');
  });

  test('may crash: the picture is converted by another process', async () => {
    const picture = converter.convert(largeAvif, signal);
    process.kill(await atWork(), 'SIGSEGV');
    assert.equal(sniffMediaType((await picture).bytes), 'image/avif');
    assert.match(lines.join(''), /the converting process ended by SIGSEGV/);
  });

  test('may crash twice over the same picture: that one fails, and the next is converted', async () => {
    const picture = converter.convert(largeAvif, signal).catch((error: unknown) => error);
    const first = await atWork();
    process.kill(first, 'SIGSEGV');
    await until(() => ![undefined, first].includes(converting()), 'the second process');
    process.kill(await atWork(), 'SIGABRT');
    const error = await picture;
    assert.ok(error instanceof Error && 'code' in error);
    assert.deepEqual([error.code, error.message], ['engine_failed', 'the converting process ended by SIGABRT']);
    assert.equal((await converter.convert(small, signal)).width, 64);
  });

  test('is ended at once when its job is cancelled', async () => {
    const left = new AbortController();
    const picture = converter.convert(largeAvif, left.signal);
    const pid = await atWork();
    left.abort();
    await assert.rejects(picture, { code: 'cancelled' });
    assert.equal((await converter.convert(small, signal)).width, 64);
    assert.notEqual(converting(), pid);
  });

  test('does not end with Ctrl+C, which a terminal sends to every process, while the worker ends its jobs', async () => {
    const picture = converter.convert(largeAvif, signal);
    const pid = await atWork();
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, name);
    assert.equal(sniffMediaType((await picture).bytes), 'image/avif');
    assert.equal(converting(), pid);
  });

  test('ends when idle, and starts again with the next picture', async () => {
    await converter.convert(small, signal);
    clock.advance(9_999);
    const pid = converting();
    assert.notEqual(pid, undefined);
    clock.advance(1);
    await until(() => converting() === undefined, 'its end');
    assert.equal((await converter.convert(small, signal)).width, 64);
    await converter.stop();
    assert.equal(converting(), undefined);
  });
});

/** A worker that converts a large picture, in its own process. */
const WORKER = `
  import sharp from 'sharp';
  import { createLog } from '${import.meta.resolve('../../../shared/service/log.ts')}';
  import { systemClock } from '${import.meta.resolve('../../../shared/wait.ts')}';
  import { createConverter } from '${import.meta.resolve('../../../worker/picture/converter.ts')}';
  const create = { width: 2048, height: 2048, channels: 3, background: '#000', noise: { type: 'gaussian', sigma: 30 } };
  const png = await sharp({ create }).png({ compressionLevel: 1 }).toBuffer();
  const converter = createConverter({ clock: systemClock, log: createLog({ service: 'test', level: 'silent' }) });
  await converter.convert({ kind: 'encode', png, format: 'avif' }, new AbortController().signal);
`;

test('kill -9 of the worker: its converting process ends, even in the middle', async (context) => {
  const worker = spawn(process.execPath, ['--input-type=module', '--eval', WORKER], { stdio: 'inherit' });
  context.after(() => worker.kill('SIGKILL'));
  const pid = worker.pid ?? assert.fail('it did not start');
  await until(() => workOf(converting(pid) ?? 0) > 500, 'the conversion');
  const child = converting(pid) ?? assert.fail('it has ended');
  worker.kill('SIGKILL');
  await until(() => !commandOf(child).includes('picture/child'), 'its end');
});
