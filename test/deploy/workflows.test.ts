import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from '../architecture/source-files.ts';
import { removeDirectory } from '../support/remove-directory.ts';
import { DOCKERFILES } from './dockerfile.ts';

const FOLDER = join(root, '.github/workflows');
const read = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');
const step = z.object({
  ...{ id: z.string().optional(), run: z.string().optional(), uses: z.string().optional() },
  with: z.record(z.string(), z.unknown()).optional(),
});
const job = z.object({
  'timeout-minutes': z.number(),
  strategy: z.object({ matrix: z.record(z.string(), z.array(z.unknown())) }).optional(),
  steps: z.array(step),
});
const workflow = z.object({
  permissions: z.strictObject({ contents: z.literal('read') }),
  jobs: z.record(z.string(), job),
});
const jobsOf = (file: string): [name: string, z.infer<typeof job>][] =>
  Object.entries(workflow.parse(parse(read(file))).jobs);

for (const file of globSync('*.yml', { cwd: FOLDER })) {
  describe(`the workflow ${file}`, () => {
    test('pins every action to a commit', () => {
      const used = jobsOf(file).flatMap(([, { steps }]) => steps.flatMap(({ uses }) => uses ?? []));
      assert.ok(used.length > 0);
      for (const uses of used) {
        assert.match(uses, /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/);
      }
    });

    test('keeps no credentials in the checked-out code', () => {
      for (const [, { steps }] of jobsOf(file))
        for (const { uses, with: given } of steps)
          if (uses?.startsWith('actions/checkout@')) assert.equal(given?.['persist-credentials'], false);
    });
  });
}

test('every job of images.yml uses the same commit of an action', () => {
  const commits = new Map<string, string>();
  for (const [, { steps }] of jobsOf('images.yml'))
    for (const { uses = '' } of steps) {
      const [name = '', commit = ''] = uses.split('@');
      assert.equal(commits.get(name) ?? commit, commit, name);
      commits.set(name, commit);
    }
});

test('the published images are built from the Dockerfiles of this project', () => {
  const [, build] = jobsOf('images.yml').find(([name]) => name === 'build') ?? [];
  const files = (build?.strategy?.matrix.include ?? []).flatMap((entry) => {
    const { file } = z.object({ file: z.string().optional() }).parse(entry);
    return file ?? [];
  });
  assert.deepEqual(files.toSorted(), [...DOCKERFILES].toSorted());
});

test('images are published under the version that the services say, and under no other', async (t) => {
  const [, build] = jobsOf('images.yml').find(([name]) => name === 'build') ?? [];
  const script = build?.steps.find(({ id }) => id === 'names')?.run?.replaceAll(/\$\{\{.*?\}\}/g, 'gateway') ?? '';
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const directory = await mkdtemp(join(tmpdir(), 'easel-images-'));
  t.after(() => removeDirectory(directory));
  const publish = (TAG: string) => {
    const GITHUB_OUTPUT = join(directory, TAG);
    // As GitHub runs a step.
    const { status, stdout } = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], {
      ...{ cwd: root, encoding: 'utf8', env: { ...process.env, TAG, OWNER: 'Somebody', GITHUB_OUTPUT } },
    });
    return { status, stdout, output: status === 0 ? readFileSync(GITHUB_OUTPUT, 'utf8') : '' };
  };
  for (const tag of [`v${version}`, `v${version}-rc.1`]) {
    const { status, stdout, output } = publish(tag);
    assert.equal(status, 0, stdout);
    assert.ok(output.split('\n').includes(`version=${tag.slice(1)}`), output);
  }
  const other = publish('v0.0.1');
  assert.equal(other.status, 1);
  assert.match(other.stdout, /^::error::v0\.0\.1 is not /);
});
