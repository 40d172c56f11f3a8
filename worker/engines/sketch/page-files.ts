import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SiteFile, SiteFiles } from '../../browser/pages.ts';

/** Beside this file, both in the sources and in `dist/`. */
const PAGE_DIRECTORY = fileURLToPath(new URL('./page/', import.meta.url));

/** `.invalid` never resolves (RFC 2606), so a request for anything but the files reaches no host. */
const ORIGIN = 'http://sketch.easel.invalid';
export const PAGE_URL = `${ORIGIN}/`;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'";

export async function readPageFiles(): Promise<SiteFiles> {
  const files = new Map<string, SiteFile>();
  for (const entry of await readdir(PAGE_DIRECTORY, { recursive: true, withFileTypes: true })) {
    const contentType = CONTENT_TYPES[extname(entry.name)];
    if (!entry.isFile() || contentType === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const address = `${PAGE_URL}${relative(PAGE_DIRECTORY, path).split(sep).join('/')}`;
    const headers = { 'content-type': contentType, 'content-security-policy': CONTENT_SECURITY_POLICY };
    files.set(address, { body: await readFile(path), headers });
  }
  const index = files.get(`${PAGE_URL}index.html`);
  return index === undefined ? files : files.set(PAGE_URL, index);
}
