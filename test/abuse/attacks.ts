import { connect, type Socket } from 'node:net';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { insertChunks, toChunk } from '../../worker/picture/png-chunks.ts';

/** One action of a hostile or careless caller, repeated until the signal aborts. Loopback only. */
export interface Attack {
  readonly name: string;
  /** Number of simultaneous callers, each with its own address. */
  readonly callers: number;
  run(target: Target, signal: AbortSignal): Promise<void>;
}

export interface Target {
  readonly url: string;
  /** The caller's address, sent as a proxy would. */
  readonly address: string;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const DISCONNECT_MS = 300;

async function ask({ url, address }: Target, path: string, signal: AbortSignal, body?: unknown): Promise<void> {
  const response = await fetch(url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...JSON_TYPE, 'x-forwarded-for': address },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    signal,
  });
  await response.arrayBuffer();
}

const often = (
  name: string,
  callers: number,
  once: (target: Target, signal: AbortSignal) => Promise<void>,
): Attack => ({
  name,
  callers,
  run: async (target, signal) => {
    while (!signal.aborted) {
      await once(target, signal).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  },
});

/** The attackers use the same processors as the services. */
const PAUSE_MS = 100;
const draw = (): string => Math.random().toString(36).slice(2);
const image = (target: Target): string => `/image/${draw()}-${target.address}?width=64&height=64`;

/** Declares more bytes than it sends, and keeps the connection open. */
function halfUpload({ url, address }: Target, path: string, declared: number, sent: number): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  const head = [`Host: ${hostname}`, `X-Forwarded-For: ${address}`, 'Content-Type: application/json'];
  socket.write(`POST ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\nContent-Length: ${declared}\r\n\r\n{"image":"`);
  socket.write('A'.repeat(sent));
  return socket;
}

/** A request whose answer is never read. */
function unread({ url, address }: Target, path: string): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).pause();
  socket.on('error', () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nX-Forwarded-For: ${address}\r\n\r\n`);
  return socket;
}

const BOMB_TEXTS = 100;
const BOMB_CHARACTERS = 990_000;

/** A picture of 130 kB whose texts inflate to 99 MB. */
async function makeGrowingPicture(): Promise<Buffer> {
  const plain = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  const text = Buffer.concat([Buffer.from('k\0\0'), deflateSync(Buffer.alloc(BOMB_CHARACTERS, 'a'), { level: 9 })]);
  return insertChunks(
    plain,
    times(BOMB_TEXTS, () => toChunk('zTXt', text)),
  );
}

async function hold(sockets: readonly Socket[], signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  for (const socket of sockets) socket.destroy();
}

const times = <Item>(count: number, create: () => Item): Item[] => Array.from({ length: count }, create);

const growingPicture = (await makeGrowingPicture()).toString('base64');

export const ATTACKS: readonly Attack[] = [
  often('leaves while its picture is made', 4, async (target, signal) => {
    const patience = AbortSignal.timeout(5 + Math.random() * DISCONNECT_MS);
    await ask(target, image(target), AbortSignal.any([patience, signal]));
  }),
  often('sends numbers of 40,000 digits', 2, (target, signal) =>
    ask(target, '/jobs', signal, { prompt: 'fox', seed: `${'1'.repeat(40_000)}x` }),
  ),
  often('sends a number of 40,000 digits in the address', 1, (target, signal) =>
    ask(target, `/generate?prompt=fox&seed=${'1'.repeat(40_000)}x`, signal),
  ),
  often('sends long texts that are hard for the policy', 2, (target, signal) =>
    ask(target, '/jobs', signal, { prompt: 'girl 25 '.repeat(240), negative_prompt: '👧'.repeat(1900) }),
  ),
  often('sends large options', 2, (target, signal) =>
    ask(target, '/jobs', signal, {
      prompt: draw(),
      engine_options: { sketch: { words: draw() + 'x'.repeat(240_000) } },
    }),
  ),
  often('nests in 5,000 levels', 1, (target, signal) =>
    ask(target, '/jobs', signal, `{"prompt":"a","engine_options":${'['.repeat(5000)}${']'.repeat(5000)}}`),
  ),
  often('asks for more pixels than allowed', 2, (target, signal) =>
    ask(target, '/v1/images/generations', signal, { prompt: draw(), n: 10, size: '2048x2048' }),
  ),
  often('fills the queue with large pictures', 2, (target, signal) =>
    ask(target, '/jobs', signal, { prompt: draw(), width: 2048, height: 2048, count: 4, format: 'avif' }),
  ),
  often('asks the engine that answers too much', 1, (target, signal) =>
    ask(target, '/jobs', signal, { prompt: draw(), engine: 'openai', width: 512, height: 512 }),
  ),
  often('asks the engine whose page attacks the browser', 1, (target, signal) =>
    ask(target, '/jobs', signal, { prompt: draw(), engine: 'perchance', width: 512, height: 512 }),
  ),
  often('posts callbacks to nowhere', 1, (target, signal) =>
    ask(target, '/jobs', signal, { prompt: draw(), callback_url: `https://${draw()}.invalid/` }),
  ),
  often('sends a picture whose texts grow a thousand times', 1, (target, signal) =>
    ask(target, '/sdapi/v1/png-info', signal, { image: growingPicture }),
  ),
  often('opens an event stream and stays', 1, async (target, signal) => {
    const body = JSON.stringify({ prompt: draw(), width: 64, height: 64 });
    const headers = { ...JSON_TYPE, 'x-forwarded-for': target.address };
    const submitted = await fetch(`${target.url}/jobs`, { method: 'POST', headers, body, signal });
    const { events_url } = (await submitted.json()) as { readonly events_url: string };
    const stream = await fetch(new URL(events_url, target.url), { headers, signal });
    await stream.body?.getReader().read();
  }),
  {
    name: 'asks for large pictures and reads none',
    callers: 1,
    run: (target, signal) =>
      hold(
        times(8, () => unread(target, `/image/${draw()}?width=1024&height=1024`)),
        signal,
      ),
  },
  {
    name: 'holds 22 half-sent uploads',
    callers: 1,
    run: (target, signal) =>
      hold(
        times(22, () => halfUpload(target, '/sdapi/v1/png-info', 7_900_000, 7_800_000)),
        signal,
      ),
  },
  {
    name: 'holds 300 half-sent bodies',
    callers: 1,
    run: (target, signal) =>
      hold(
        times(300, () => halfUpload(target, '/jobs', 255_000, 200_000)),
        signal,
      ),
  },
];
