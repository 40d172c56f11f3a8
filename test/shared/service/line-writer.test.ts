import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createLineWriter } from '../../../shared/service/line-writer.ts';
import { until } from '../../support/poll.ts';

/** Size of a pipe on Linux. */
const PIPE_BYTES = 65_536;
const LINE = `${'x'.repeat(999)}\n`;

describe('a line writer on a pipe', () => {
  let directory: string;
  let reader: number;
  let writer: number;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'easel-lines-'));
    const path = join(directory, 'pipe');
    execFileSync('mkfifo', [path]);
    reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    writer = openSync(path, constants.O_WRONLY);
  });
  afterEach(() => {
    closeSync(reader);
    closeSync(writer);
    rmSync(directory, { recursive: true });
  });

  const createWriter = (maxPendingBytes: number) =>
    createLineWriter({ fd: writer, maxPendingBytes, toLossLine: (lost) => `lost ${lost}\n` });

  /** What has arrived since the last call. */
  function read(): string {
    const chunk = Buffer.alloc(PIPE_BYTES);
    try {
      return chunk.toString('utf8', 0, readSync(reader, chunk));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return '';
      throw error;
    }
  }

  async function readUntil(isAll: (text: string) => boolean): Promise<string> {
    let text = '';
    await until(() => {
      text += read();
      return isAll(text);
    }, 'the lines');
    return text;
  }

  test('writes lines in order', async () => {
    const { write } = createWriter(PIPE_BYTES);
    write('one\n');
    write('two\n');
    assert.equal(await readUntil((text) => text.endsWith('two\n')), 'one\ntwo\n');
  });

  test('keeps what a full pipe does not take, and writes it completely when the pipe is read', async () => {
    const { write } = createWriter(2 * PIPE_BYTES);
    const lines = Array.from({ length: 100 }, (_, index) => `${index} ${LINE}`);
    for (const line of lines) write(line);
    assert.equal(await readUntil((text) => text.length >= lines.join('').length), lines.join(''));
  });

  test('drops lines over the limit and writes their number in their place', async () => {
    writeSync(writer, Buffer.alloc(PIPE_BYTES, '\n'));
    const { write } = createWriter(3 * LINE.length);
    for (let count = 0; count < 10; count += 1) write(LINE);
    const text = await readUntil((all) => all.includes('lost'));
    assert.equal(text.trimStart(), `${LINE.repeat(3)}lost 7\n`);
    write('and on\n');
    assert.equal(await readUntil((all) => all !== ''), 'and on\n');
  });
});
