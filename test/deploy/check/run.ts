import { join } from 'node:path';
import { checkCluster } from './cluster.ts';
import { has, run } from './command.ts';
import { followGuide } from './guide.ts';
import { buildImages, checkContainers, checkSizes } from './images.ts';

/**
 * `npm run deploy:check`: checks that need programs which not every machine has. Builds and runs the images, verifies the
 * systemd units, and follows the guide. `-- sizes containers` runs only these two checks, with the images built before.
 * A check whose program is missing fails.
 */

interface Check {
  readonly claim: string;
  readonly needs: readonly string[];
  readonly run: (say: (line: string) => void) => Promise<void>;
}

const CHECKS: Readonly<Record<string, Check>> = {
  units: { claim: 'systemd accepts the units', needs: ['systemd-analyze'], run: checkUnits },
  cluster: {
    claim: 'several workers serve behind nginx and Caddy',
    needs: ['redis-server', 'nginx', 'caddy'],
    run: checkCluster,
  },
  images: { claim: 'the images are built', needs: ['buildah'], run: buildImages },
  sizes: { claim: 'the images are small', needs: ['podman'], run: checkSizes },
  containers: { claim: 'the containers make pictures and end cleanly', needs: ['podman'], run: checkContainers },
  guide: {
    claim: 'the guide leads from a fresh Debian to a picture',
    needs: ['podman', 'git'],
    run: followGuide,
  },
};

async function checkUnits(say: (line: string) => void): Promise<void> {
  for (const name of ['gateway', 'worker']) {
    const file = `deploy/systemd/easel-${name}.service`;
    const complaints = await run('systemd-analyze', 'verify', '--man=no', file);
    if (complaints !== '') throw new Error(complaints);
    const report = await run('systemd-analyze', 'security', '--offline=yes', '--no-pager', file);
    say(report.split('\n').at(-1) ?? '');
  }
}

/** Resolves with whether the check ran and passed. */
async function isPassed({ claim, needs, run: check }: Check): Promise<boolean> {
  const missing = needs.filter((program) => !has(program));
  if (missing.length > 0) {
    console.log(`NOT RUN  ${claim}: no ${missing.join(' and no ')} on this machine`);
    return false;
  }
  try {
    await check((line) => console.log(`         ${line}`));
    console.log(`ok       ${claim}`);
    return true;
  } catch (error) {
    console.log(`FAILED   ${claim}\n${error instanceof Error ? error.stack : String(error)}`);
    return false;
  }
}

process.chdir(join(import.meta.dirname, '../../..'));
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(CHECKS);
let failures = 0;
for (const name of wanted) {
  const check = CHECKS[name];
  if (check === undefined) throw new Error(`unknown check ${name}; checks are ${Object.keys(CHECKS).join(', ')}`);
  if (!(await isPassed(check))) failures++;
}
process.exit(failures === 0 ? 0 : 1);
