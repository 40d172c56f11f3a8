import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { close, listen } from '../../shared/net/http.ts';
import type { Attack } from '../stand-ins/perchance/behaviour.ts';
import { createPerchanceStandIn } from '../stand-ins/perchance/perchance-stand-in.ts';

/** Services that engines call, and that attack their callers. */

export interface HostileServices {
  /** Settings of the worker with which its engines call these services. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const CHUNK = `"${'A'.repeat(64 * 1024)}",`;
/** More than any worker accepts. */
const HUGE_CHUNKS = 8192;
const SLOW_CHUNKS = 20;
const SLOW_PAUSE_MS = 50;
const PAGE_ATTACK_MS = 5000;
const PAGE_ATTACKS: readonly Attack[] = [
  ...(['windows', 'large_result', 'huge_result', 'huge_storage', 'huge_database'] as const),
  ...(['buffers', 'endless_loop', 'wild_seed', 'inward'] as const),
];

async function* endlessJson(isSlow: boolean): AsyncGenerator<string> {
  yield '{"data":[';
  for (let chunk = 0; chunk < (isSlow ? SLOW_CHUNKS : HUGE_CHUNKS); chunk += 1) {
    if (isSlow) await new Promise((resolve) => setTimeout(resolve, SLOW_PAUSE_MS));
    yield CHUNK;
  }
}

/** Answers every call with endless JSON, alternately fast and slow. */
async function startHostileApi() {
  let calls = 0;
  const server = createServer((request, response) => {
    request.resume();
    calls += 1;
    response.writeHead(200, { 'content-type': 'application/json' });
    // The caller closes the connection when it has read enough.
    pipeline(Readable.from(endlessJson(calls % 2 === 0)), response).catch(() => undefined);
  });
  const { port } = await listen(server, 0, '127.0.0.1');
  return { url: `http://127.0.0.1:${port}/v1`, stop: () => close(server, 0) };
}

export async function startHostileServices(): Promise<HostileServices> {
  const api = await startHostileApi();
  const site = await createPerchanceStandIn();
  let turn = 0;
  const change = (): void => {
    site.setMode('ok', { attack: PAGE_ATTACKS[turn % PAGE_ATTACKS.length] ?? null, targets: [new URL(api.url).host] });
    turn += 1;
  };
  change();
  const changing = setInterval(change, PAGE_ATTACK_MS);
  return {
    environment: {
      ...{ OPENAI_BASE_URL: api.url, OPENAI_API_KEY: 'key-of-the-hostile-service', OPENAI_IMAGE_MODEL: 'hostile' },
      ...{ PERCHANCE_URL: site.url, PERCHANCE_EMBED_URL: site.embedUrl, PERCHANCE_WAY: 'embed' },
    },
    stop: async () => {
      clearInterval(changing);
      await Promise.all([api.stop(), site.stop()]);
    },
  };
}
