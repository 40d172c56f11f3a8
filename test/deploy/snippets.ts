import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../architecture/source-files.ts';
import { startCaddy } from '../support/caddy.ts';
import { startNginx } from '../support/nginx.ts';

/** Starts the real nginx and Caddy with the files of deploy/nginx and deploy/caddy. */

export interface RunningProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** Gets the address of the gateway, and a folder that is removed together with the proxy. */
export type StartProxy = (gateway: string, folder: string) => Promise<RunningProxy>;

/** Copies a file and replaces the gateway's address in it. */
async function withGateway(file: string, gateway: string, folder: string): Promise<string> {
  const parts = (await readFile(join(root, file), 'utf8')).split('127.0.0.1:10000');
  assert.equal(parts.length, 2, `${file} names the gateway once`);
  const copy = join(folder, 'included');
  await writeFile(copy, parts.join(new URL(gateway).host));
  return copy;
}

export const nginxWith =
  (file: string): StartProxy =>
  async (gateway, folder) =>
    startNginx(gateway, `include ${await withGateway(file, gateway, folder)};`);

export const caddyWith =
  (snippet: string): StartProxy =>
  async (gateway, folder) =>
    startCaddy(gateway, `import ${snippet}`, await withGateway('deploy/caddy/easel.caddy', gateway, folder));
