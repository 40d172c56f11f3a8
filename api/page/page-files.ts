import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** The files of the page. Their addresses change with their content, so that browsers may keep them without asking again. */

/** The modules and styles, and what a phone needs to put the page on its screen. */
const FOLDERS = ['browser', 'app'];

/** A library of one file. Modules import it by the name of the package, which its types need. */
const LIBRARY = 'lit-html';

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  webmanifest: 'application/manifest+json',
};

export type Coding = 'br' | 'gzip' | 'identity';

export interface PageFile {
  readonly name: string;
  readonly type: string;
  readonly text: string;
  /** Compressed once, at the first request. */
  bytes(coding: Coding): Promise<Buffer>;
}

export interface PageFiles {
  /** A digest of all files. */
  readonly version: string;
  readonly modules: readonly string[];
  find(name: string): PageFile | undefined;
}

export function readPageFiles(): PageFiles {
  const paths = FOLDERS.map((name) => fileURLToPath(new URL(name, import.meta.url))).flatMap((folder) =>
    readdirSync(folder).map((name) => join(folder, name)),
  );
  const own = paths.filter((path) => extname(path).slice(1) in TYPES);
  const files = [
    ...own.map((path) => toFile(basename(path), toServed(readFileSync(path, 'utf8')))),
    toFile(`${LIBRARY}.js`, readLibrary()),
  ];
  const byName = new Map(files.map((file) => [file.name, file]));
  const hash = createHash('sha256');
  for (const { name, text } of files) hash.update(`${name}\n${text}\n`);
  return {
    version: hash.digest('base64url').slice(0, 12),
    modules: files.map(({ name }) => name).filter((name) => name.endsWith('.js')),
    find: (name) => byName.get(name),
  };
}

function readLibrary(): string {
  // The package gives Node a file for servers. The one for browsers lies a folder above it.
  const path = fileURLToPath(new URL('../lit-html.js', import.meta.resolve(LIBRARY)));
  return readFileSync(path, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
}

function withoutDocComments(text: string): string {
  const parts: string[] = [];
  for (let at = 0; ; ) {
    const start = text.indexOf('/**', at);
    const end = start === -1 ? -1 : text.indexOf('*/', start);
    parts.push(text.slice(at, end === -1 ? undefined : start));
    if (end === -1) return parts.join('');
    at = end + 2;
  }
}

/** Replaces the name of the package by the address beside the module, and removes comments. */
function toServed(text: string): string {
  const linked = text.replaceAll(`from '${LIBRARY}'`, `from './${LIBRARY}.js'`);
  return withoutDocComments(linked).replace(/^[ \t]*\/\/.*\n/gm, '');
}

const compressors: Readonly<Record<Exclude<Coding, 'identity'>, (text: string) => Promise<Buffer>>> = {
  br: (text) =>
    promisify(brotliCompress)(text, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length },
    }),
  gzip: (text) => promisify(gzip)(text, { level: 9 }),
};

function toFile(name: string, text: string): PageFile {
  const made = new Map<Coding, Promise<Buffer>>();
  const compress = async (coding: Coding): Promise<Buffer> =>
    coding === 'identity' ? Buffer.from(text) : compressors[coding](text);
  return {
    name,
    type: TYPES[extname(name).slice(1)] ?? 'application/octet-stream',
    text,
    bytes(coding) {
      const bytes = made.get(coding) ?? compress(coding);
      made.set(coding, bytes);
      return bytes;
    },
  };
}

/** For text that is made for each visitor, so speed counts more than size. */
export async function compressQuickly(text: string, coding: Coding): Promise<Buffer> {
  if (coding === 'identity') return Buffer.from(text);
  if (coding === 'gzip') return promisify(gzip)(text);
  return promisify(brotliCompress)(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
}
