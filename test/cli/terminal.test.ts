import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, afterEach, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { PNG } from '../stand-ins/worker/fake-production.ts';
import { until } from '../support/poll.ts';
import { type OwnGateway, startOwnGateway } from './own-gateway.ts';
import { EASEL } from './run-easel.ts';

/** Uses a pseudo-terminal of the program `script`. ␛ and ␇ replace ESC and BEL in its output. */
describe('easel on a terminal', () => {
  let own: OwnGateway;
  const open = new Set<ChildProcess>();
  before(async () => {
    own = await startOwnGateway();
  });
  afterEach(() => {
    for (const child of open) child.kill('SIGKILL');
    open.clear();
  });
  after(() => own.stop());

  const nextNumber = (): number => own.worker.productions.length;

  function begin(args: string, env: Readonly<Record<string, string>> = {}) {
    const command = `stty cols 70 rows 30; "${process.execPath}" "${EASEL}" ${args}`;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: own.directory,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, EASEL_URL: own.gateway.url, TERM: 'xterm', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    open.add(child);
    const terminal = { shown: '', child, type: (text: string): void => void child.stdin.write(text) };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      terminal.shown += text.replaceAll('\x1b', '␛').replaceAll('\x07', '␇');
    });
    const ended = once(child, 'close').then(([code]) => code as number);
    return Object.assign(terminal, { ended });
  }

  const shows = (terminal: { readonly shown: string }, text: string): Promise<void> =>
    until(() => terminal.shown.includes(text), text);

  test('one line shows the stage, the engine, the progress and the time left', async () => {
    const index = nextNumber();
    const terminal = begin('a fox to watch', { WT_SESSION: '1' });
    const one = await own.worker.production(index);
    one.send({ type: 'progress', stage: 'generate', engine: 'fake', fraction: 0.5, engineStatus: '\x1b[2Jstep 5' });
    const line = /making the picture \(fake\) · █+░+ \d+ % · \d+ s left · \[2Jstep 5/;
    await until(() => line.test(terminal.shown), 'the line');
    one.finish();
    assert.equal(await terminal.ended, 0);
    assert.match(terminal.shown, /␛\]9;4;1;\d+␇/);
    assert.match(terminal.shown, /␛\]9;4;0;0␇/);
    assert.ok(!terminal.shown.includes('␛[2J'));
    // The progress lines were drawn over, so the address stands in a line of its own.
    const lines = terminal.shown.split('\r\n').filter(Boolean);
    assert.match(String(lines.at(-1)?.split('␛[K').at(-1)), /(?:^|␇)http:\/\/\S+\/images\/\S+$/);
    for (const drawn of terminal.shown.split('␛[K')) assert.ok(drawn.replace(/␛\][^␇]*␇/g, '').length < 140);
  });

  test('shows the place in the queue', async () => {
    const index = nextNumber();
    const first = begin('a fox before the other');
    const running = await own.worker.production(index);
    const second = begin('a fox that waits');
    await shows(second, 'in the queue, place 1');
    running.finish();
    (await own.worker.production(index + 1)).finish();
    assert.deepEqual([await first.ended, await second.ended], [0, 0]);
  });

  test('Ctrl-C on the keyboard cancels, and clears the progress line', async () => {
    const index = nextNumber();
    const terminal = begin('a fox to interrupt');
    const one = await own.worker.production(index);
    await until(() => /(?:queue|starting)/.test(terminal.shown), 'progress');
    terminal.type('\x03');
    assert.equal(await terminal.ended, 130);
    assert.match(terminal.shown, /\r␛\[Keasel: cancelled\.\r\n$/);
    await until(() => one.left.aborted, 'the worker is cancelled');
  });

  async function show(args: string, env: Readonly<Record<string, string>>, answer?: string): Promise<string> {
    const index = nextNumber();
    const terminal = begin(args, env);
    if (answer !== undefined) {
      await shows(terminal, '␛[c');
      terminal.type(answer);
    }
    (await own.worker.production(index)).finish();
    assert.equal(await terminal.ended, 0, terminal.shown.slice(-300));
    return terminal.shown;
  }

  const SIZE = { width: 96, height: 64 };

  /** Joins the chunks as a terminal does, and expects one PNG with the picture's aspect ratio. */
  async function assertKitty(shown: string): Promise<void> {
    const chunks = [...shown.matchAll(/␛_G([^;]*);([^␛]*)␛\\/g)];
    assert.match(String(chunks[0]?.[1]), /^f=100,a=T,q=2,c=\d+,r=\d+,m=[01]$/);
    assert.equal(chunks.at(-1)?.[1]?.endsWith('m=0'), true);
    for (const [, , base64 = ''] of chunks) assert.ok(base64.length <= 4096);
    await assertPng(chunks.map(([, , base64]) => base64).join(''));
  }

  async function assertPng(base64: string): Promise<void> {
    const { format, width = 0, height = 0 } = await sharp(Buffer.from(base64, 'base64')).metadata();
    assert.equal(format, 'png');
    assert.ok(Math.abs(width / height - SIZE.width / SIZE.height) < 0.1);
  }

  async function assertIterm(shown: string): Promise<void> {
    const [, base64 = ''] = /␛\]1337;File=inline=1;size=\d+;width=\d+;preserveAspectRatio=1:([^␇]*)␇/.exec(shown) ?? [];
    await assertPng(base64);
  }

  /** Decodes the sixels and expects that every band paints every column once. */
  function assertSixel(shown: string): void {
    const [, width = '', height = '', body = ''] = /␛P0;1q"1;1;(\d+);(\d+)([^␛]*)␛\\/.exec(shown) ?? [];
    assert.ok(Math.abs(Number(width) / Number(height) - SIZE.width / SIZE.height) < 0.1);
    const bands = body.replace(/#\d+;2;\d+;\d+;\d+/g, '').split('-');
    assert.equal(bands.length, Math.ceil(Number(height) / 6));
    for (const [index, band] of bands.entries()) {
      const rows = Math.min(6, Number(height) - 6 * index);
      const painted = new Array<number>(Number(width)).fill(0);
      for (const line of band.split('$')) {
        const runs = [...line.replace(/^#\d+/, '').matchAll(/(?:!(\d+))?([?-~])/g)];
        const cells = runs.flatMap(([, count = '1', cell = '']) =>
          Array<number>(Number(count)).fill(cell.charCodeAt(0) - 0x3f),
        );
        assert.equal(cells.length, Number(width));
        for (const [x, bits] of cells.entries()) {
          assert.equal((painted[x] ?? 0) & bits, 0);
          painted[x] = (painted[x] ?? 0) | bits;
        }
      }
      assert.ok(painted.every((bits) => bits === 2 ** rows - 1));
    }
  }

  function assertBlocks(shown: string): void {
    const lines = shown.split('\r\n').filter((line) => line.includes('▀'));
    const widths = lines.map((line) => line.split('▀').length - 1);
    assert.equal(new Set(widths).size, 1);
    assert.ok(Math.abs((widths[0] ?? 0) / (2 * lines.length) - SIZE.width / SIZE.height) < 0.1);
    assert.ok((widths[0] ?? 0) < 70 && lines.length < 30);
    for (const line of lines) assert.ok(line.endsWith('␛[0m'));
  }

  test('--preview draws the picture in the given mode', async () => {
    await assertKitty(await show('a fox --preview kitty', {}));
    await assertIterm(await show('a fox --preview iterm', {}));
    assertSixel(await show('a fox --preview sixel', {}));
    assertBlocks(await show('a fox --preview blocks', {}));
  });

  test('the draw mode follows the terminal’s answer', async () => {
    await assertKitty(await show('a fox', { TERM: 'xterm-kitty' }));
    await assertIterm(await show('a fox', { TERM_PROGRAM: 'iTerm.app' }));
    assertSixel(await show('a fox', { COLORTERM: 'truecolor' }, '\x1b[?62;4;22c'));
    assertBlocks(await show('a fox', { COLORTERM: 'truecolor' }, '\x1b[?62;22c'));
    assertBlocks(await show('a fox', { COLORTERM: 'truecolor', TMUX: '/tmp/tmux', TERM_PROGRAM: 'iTerm.app' }));
  });

  test('nothing is drawn with --preview none, or on a terminal without pictures', async () => {
    const wanted: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
      ['a fox --preview none', { TERM: 'xterm-kitty' }],
      ['a fox', { TERM: 'xterm-kitty', CI: 'true' }],
      ['a fox', { TERM: 'dumb', COLORTERM: 'truecolor' }],
      ['a fox | cat', { TERM: 'xterm-kitty' }],
    ];
    for (const [args, env] of wanted) assert.doesNotMatch(await show(args, env), /␛_G|␛P|␛\]1337|▀/);
  });

  test('a picture that cannot be drawn is reported, and its address is printed', async () => {
    own.worker.picture = PNG;
    const shown = await show('a broken fox --preview kitty', {});
    own.worker.picture = own.picture;
    assert.match(shown, /the picture cannot be shown here/);
    assert.match(shown, /http:\/\/\S+\/images\/\S+/);
  });
});
