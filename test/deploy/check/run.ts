import { join } from 'node:path';
import { checkCluster } from './cluster.ts';
import { has, run } from './command.ts';
import { followGuide } from './guide.ts';
import { buildImages, checkContainers, checkSizes } from './images.ts';

/**
 * `npm run deploy:check`: what the suite cannot do everywhere. Builds the images and runs them, lets systemd judge its
 * units, and follows the guide. `-- sizes containers` does these two alone, with the images that are there. Where a
 * program is missing, the check did not happen: it says so and fails.
 */

interface Check {
  readonly tells: string;
  readonly needs: readonly string[];
  readonly run: (say: (line: string) => void) => Promise<void>;
}

const CHECKS: Readonly<Record<string, Check>> = {
  units: { tells: 'systemd takes the units', needs: ['systemd-analyze'], run: judgeUnits },
  cluster: {
    tells: 'several workers serve behind nginx and Caddy',
    needs: ['redis-server', 'nginx', 'caddy'],
    run: checkCluster,
  },
  images: { tells: 'the images are built', needs: ['buildah'], run: buildImages },
  sizes: { tells: 'the images are small', needs: ['podman'], run: checkSizes },
  containers: { tells: 'the containers make pictures and end well', needs: ['podman'], run: checkContainers },
  guide: {
    tells: 'the guide leads from a fresh Debian to a picture',
    needs: ['podman', 'git'],
    run: followGuide,
  },
};

async function judgeUnits(say: (line: string) => void): Promise<void> {
  for (const name of ['gateway', 'worker']) {
    const file = `deploy/systemd/easel-${name}.service`;
    const complaints = await run('systemd-analyze', 'verify', '--man=no', file);
    if (complaints !== '') throw new Error(complaints);
    const report = await run('systemd-analyze', 'security', '--offline=yes', '--no-pager', file);
    say(report.split('\n').at(-1) ?? '');
  }
}

/** Answers whether the check was done and passed. */
async function isPassed({ tells, needs, run: check }: Check): Promise<boolean> {
  const missing = needs.filter((program) => !has(program));
  if (missing.length > 0) {
    console.log(`NOT RUN  ${tells}: no ${missing.join(' and no ')} on this machine`);
    return false;
  }
  try {
    await check((line) => console.log(`         ${line}`));
    console.log(`ok       ${tells}`);
    return true;
  } catch (error) {
    console.log(`FAILED   ${tells}\n${error instanceof Error ? error.stack : String(error)}`);
    return false;
  }
}

process.chdir(join(import.meta.dirname, '../../..'));
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(CHECKS);
let failures = 0;
for (const name of wanted) {
  const check = CHECKS[name];
  if (check === undefined) throw new Error(`there is no ${name}; there are ${Object.keys(CHECKS).join(', ')}`);
  if (!(await isPassed(check))) failures++;
}
process.exit(failures === 0 ? 0 : 1);
