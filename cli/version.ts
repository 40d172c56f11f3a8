import { readFileSync } from 'node:fs';

/** The package's version. In a build this file lies one folder deeper, in dist/. */
export function readVersion(): string {
  const isBuilt = import.meta.url.endsWith('.js');
  const place = new URL(isBuilt ? '../../package.json' : '../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(place, 'utf8')) as { version: string };
  return version;
}
