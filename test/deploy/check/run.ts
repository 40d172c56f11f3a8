import { join } from 'node:path';
import { has, run } from './command.ts';
import { buildImages, checkContainers, checkSizes } from './images.ts';

/**
 * `npm run deploy:check`: what the suite cannot do everywhere. Builds the images and runs them, and lets systemd judge its
 * units. `-- --built` takes images that are there already. Where a program is missing, the check did not happen: it says
 * so and fails.
 */

interface Check {
  readonly name: string;
  readonly needs: readonly string[];
  readonly run: (say: (line: string) => void) => Promise<void>;
}

const isBuilt = process.argv.includes('--built');
const CONTAINERS = ['buildah', 'podman'];

const checks: readonly Check[] = [
  {
    name: 'systemd takes the units',
    needs: ['systemd-analyze'],
    run: async (say) => {
      for (const name of ['gateway', 'worker']) {
        const file = `deploy/systemd/easel-${name}.service`;
        const complaints = await run('systemd-analyze', 'verify', '--man=no', file);
        if (complaints !== '') throw new Error(complaints);
        const report = await run('systemd-analyze', 'security', '--offline=yes', '--no-pager', file);
        say(report.split('\n').at(-1) ?? '');
      }
    },
  },
  ...(isBuilt ? [] : [{ name: 'the images are built', needs: CONTAINERS, run: buildImages }]),
  { name: 'the images are small', needs: CONTAINERS, run: checkSizes },
  { name: 'the containers make pictures and end well', needs: CONTAINERS, run: checkContainers },
];

process.chdir(join(import.meta.dirname, '../../..'));
let isGreen = true;
for (const { name, needs, run: check } of checks) {
  const missing = needs.filter((program) => !has(program));
  if (missing.length > 0) {
    console.log(`NOT RUN  ${name}: no ${missing.join(' and no ')} on this machine`);
    isGreen = false;
    continue;
  }
  try {
    await check((line) => console.log(`         ${line}`));
    console.log(`ok       ${name}`);
  } catch (error) {
    console.log(`FAILED   ${name}\n${error instanceof Error ? error.stack : String(error)}`);
    isGreen = false;
  }
}
process.exit(isGreen ? 0 : 1);
