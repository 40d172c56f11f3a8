import assert from 'node:assert/strict';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeDirectory } from '../../support/remove-directory.ts';
import { run } from './command.ts';

/**
 * Runs the guide's commands for one machine line by line, as root in a container of fresh Debian with Node. Installs,
 * changes the secret between the services, backs up and restores, upgrades and rolls back, as the chapters say, and
 * makes a picture after each.
 */

const IMAGE = 'node:24-bookworm-slim';
/** The script clones this repository, so that only committed changes are checked. */
const REPOSITORY = '/repository';

/** The chapters in the order in which an operator needs them. */
const CHAPTERS = ['systemd', 'New secrets', 'Backup', 'Upgrade and rollback'] as const;

/** All commands of a chapter in their order. Blocks marked `sh` belong to other kinds of deployment. */
function readCommands(guide: string, chapter: string): string {
  const [, text = ''] = new RegExp(`^## ${chapter}\n([\\s\\S]*?)(?=^## )`, 'm').exec(guide) ?? [];
  const blocks = [...text.matchAll(/^```bash\n([\s\S]*?)^```/gm)].map(([, commands = '']) => commands);
  assert.notEqual(blocks.length, 0, `the guide has commands under "${chapter}"`);
  // `set -e` alone would ignore a failure of the first command in a line such as `npm ci && npm run build`.
  return blocks.join('').replace(/.$/gm, '$& || exit 1');
}

interface Answer {
  readonly success: boolean;
  readonly engine: string;
  readonly image_url: string;
}

/** Settings that keep prompts on this machine and other machines out. */
const CAUTION = `echo ENGINES=sketch >> /etc/easel/worker.env; echo HOST=127.0.0.1 >> /etc/easel/gateway.env\n`;

/** One script of all chapters, which stops at the first command that fails. */
export async function toScript(repository: string): Promise<string> {
  const guide = await readFile('DEPLOYMENT_GUIDE.md', 'utf8');
  const [install = '', ...others] = CHAPTERS.map((chapter) => readCommands(guide, chapter));
  const [before, after, ...more] = install
    .replace('YOUR_REPOSITORY', repository)
    .split(/^(?=systemctl daemon-reload)/m);
  assert.ok(before && after && more.length === 0);
  const picture = after.trim().split('\n').at(-1) ?? '';
  assert.match(picture, /^curl /, 'the last command asks for a picture');
  const rest = others.map((commands) => `${commands}${picture}\necho\n`);
  return ['set -eu\n', before, CAUTION, after, 'echo\n', ...rest].join('');
}

export async function followGuide(say: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'easel-guide-'));
  try {
    await run('git', 'clone', '--quiet', '--bare', '.', join(folder, 'repository'));
    await writeFile(join(folder, 'commands'), await toScript(REPOSITORY));
    const answer = await run(
      'podman',
      ...['run', '--rm', '--network', 'host', '--volume', `${join(folder, 'repository')}:${REPOSITORY}:ro`],
      ...['--volume', `${join(folder, 'commands')}:/commands:ro`],
      ...['--volume', `${import.meta.dirname}/systemctl.sh:/usr/local/bin/systemctl:ro`],
      // Git refuses the repository otherwise, because it belongs to another user.
      ...['--env', 'GIT_CONFIG_COUNT=1', '--env', 'GIT_CONFIG_KEY_0=safe.directory', '--env', 'GIT_CONFIG_VALUE_0=*'],
      ...['--env', 'DEBIAN_FRONTEND=noninteractive', IMAGE],
      ...['sh', '-c', 'sh /commands || { tail -n 20 /var/log/easel-*.log >&2; exit 1; }'],
    );
    const pictures = [...answer.matchAll(/^\{"success".*$/gm)].map(([line]) => JSON.parse(line) as Answer);
    assert.equal(pictures.length, CHAPTERS.length);
    for (const [index, { success, engine, image_url: url }] of pictures.entries()) {
      assert.deepEqual({ success, engine }, { success: true, engine: 'sketch' });
      say(`after "${CHAPTERS[index]}": ${url.slice(0, 60)}`);
    }
  } finally {
    await removeDirectory(folder);
  }
}
