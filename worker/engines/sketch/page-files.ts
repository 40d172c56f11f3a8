import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

/** Beside this file in the sources and in `dist/` alike. */
const PAGE_DIRECTORY = fileURLToPath(new URL('./page/', import.meta.url));

/** `.invalid` never resolves (RFC 2606): whatever is not answered here goes nowhere. */
const ORIGIN = 'http://sketch.easel.invalid';
export const PAGE_URL = `${ORIGIN}/`;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'";

interface PageFile {
  readonly body: Buffer;
  readonly contentType: string;
}

/** By address. Read once: the page asks for every one of them. */
export type PageFiles = ReadonlyMap<string, PageFile>;

export async function readPageFiles(): Promise<PageFiles> {
  const files = new Map<string, PageFile>();
  for (const entry of await readdir(PAGE_DIRECTORY, { recursive: true, withFileTypes: true })) {
    const contentType = CONTENT_TYPES[extname(entry.name)];
    if (!entry.isFile() || contentType === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const address = `${PAGE_URL}${relative(PAGE_DIRECTORY, path).split(sep).join('/')}`;
    files.set(address, { body: await readFile(path), contentType });
  }
  const index = files.get(`${PAGE_URL}index.html`);
  return index === undefined ? files : files.set(PAGE_URL, index);
}

/** Answers the page's requests from memory, without a port; nothing else is let out. */
export async function servePage(page: Page, files: PageFiles): Promise<void> {
  await page.route('**/*', async (route) => {
    const file = files.get(route.request().url());
    if (file === undefined) return route.fulfill({ status: 404, body: '' });
    const headers = { 'content-type': file.contentType, 'content-security-policy': CONTENT_SECURITY_POLICY };
    return route.fulfill({ body: file.body, headers });
  });
}
