import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './command.ts';

/** The guide's section on systemd, line by line, as root in a fresh Debian with Node: a container that has nothing of ours. */

const IMAGE = 'node:24-bookworm-slim';
/** Only what is in git is cloned, so that a change must be committed to be checked. */
const REPOSITORY = '/repository';

async function readCommands(section: string): Promise<string> {
  const guide = await readFile('DEPLOYMENT_GUIDE.md', 'utf8');
  const [, commands = ''] = new RegExp(`^## ${section}\n[^]*?^\`\`\`bash\n([^]*?)^\`\`\``, 'm').exec(guide) ?? [];
  assert.notEqual(commands, '', `the guide has commands under "${section}"`);
  return commands;
}

/** The two things that a check may not do: send a prompt to others, and be reached from outside. */
const CAUTION = `echo ENGINES=sketch >> /etc/easel/worker.env; echo HOST=127.0.0.1 >> /etc/easel/gateway.env\n`;

export async function followGuide(say: (line: string) => void): Promise<void> {
  const commands = await readCommands('systemd');
  const [before, after, ...more] = commands
    .replace('YOUR_REPOSITORY', REPOSITORY)
    .split(/^(?=systemctl daemon-reload)/m);
  assert.ok(before && after && more.length === 0);
  const folder = await mkdtemp(join(tmpdir(), 'easel-guide-'));
  try {
    await run('git', 'clone', '--quiet', '--bare', '.', join(folder, 'repository'));
    await writeFile(join(folder, 'commands'), `set -eu\n${before}${CAUTION}${after}`);
    const answer = await run(
      'podman',
      ...['run', '--rm', '--network', 'host', '--volume', `${join(folder, 'repository')}:${REPOSITORY}:ro`],
      ...['--volume', `${join(folder, 'commands')}:/commands:ro`],
      ...['--volume', `${import.meta.dirname}/systemctl.sh:/usr/local/bin/systemctl:ro`],
      // The clone is another user's.
      ...['--env', 'GIT_CONFIG_COUNT=1', '--env', 'GIT_CONFIG_KEY_0=safe.directory', '--env', 'GIT_CONFIG_VALUE_0=*'],
      ...['--env', 'DEBIAN_FRONTEND=noninteractive', IMAGE],
      ...['sh', '-c', 'sh /commands || { tail -n 20 /var/log/easel-*.log >&2; exit 1; }'],
    );
    const last = answer.slice(answer.lastIndexOf('{"success"'));
    const { success, engine, image_url: url } = JSON.parse(last) as Record<string, unknown>;
    assert.deepEqual({ success, engine }, { success: true, engine: 'sketch' });
    say(`the last line of the guide's commands answered with ${String(url).slice(0, 60)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
