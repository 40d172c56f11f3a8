import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { root } from './source-files.ts';

/** Every link of the documentation into this repository leads to a file, and to a heading or an anchor in it. */

const PAPERS = globSync('{,docs/**/,.github/**/,deploy/**/,worker/**/}*.md', { cwd: root }).map((path) =>
  path.replaceAll('\\', '/'),
);

const read = (path: string): string => readFileSync(join(root, path), 'utf8').replace(/^ *```[\s\S]*?^ *```/gm, '');

/** The anchor that GitHub makes of a heading: lower case, only letters, digits, hyphens and underscores, hyphens for spaces. */
const toAnchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

function anchorsOf(path: string): Set<string> {
  const text = read(path);
  const headings = [...text.matchAll(/^#{1,6} (.+?)\s*$/gm)].map(([, heading = '']) => toAnchor(heading));
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)]);
}

function brokenLinksOf(path: string): string[] {
  const targets = [...read(path).matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [file = '', anchor] = target.split('#');
      const aim = file === '' ? path : relative(root, join(root, dirname(path), file));
      if (!existsSync(join(root, aim))) return true;
      return anchor !== undefined && !anchorsOf(aim).has(anchor);
    })
    .map((target) => `${path}: ${target}`);
}

test('the links of the documentation lead to existing files and headings', () => {
  assert.ok(PAPERS.includes('DEPLOYMENT_GUIDE.md') && PAPERS.includes('docs/doctor.md'), 'the papers are found');
  assert.deepEqual(PAPERS.flatMap(brokenLinksOf), []);
});

test('the commands and files that the documentation names exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  const faults = PAPERS.flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const commands = [...text.matchAll(/npm run (?!-)([\w:]+)/g)].map(([, name = '']) => name);
    const files = [...text.matchAll(/(?<![\w/.])deploy\/[\w./-]*\w/g)].map(([name]) => name);
    return [
      ...commands.filter((name) => !(name in scripts)).map((name) => `${path}: npm run ${name}`),
      ...files
        .filter((name) => name !== 'deploy/.env' && !existsSync(join(root, name)))
        .map((name) => `${path}: ${name}`),
    ];
  });
  assert.deepEqual(faults, []);
});
