// `npm start`: from a fresh clone to a running service in one terminal.
import { join } from 'node:path';
import { runBoth, takePlaces } from './run-both.mjs';
import { build, ensureChromium, environment, installPackages, root } from './toolchain.mjs';

installPackages();
const { config } = await import('dotenv');
config({ path: join(root, '.env'), quiet: true, processEnv: environment });
const places = await takePlaces();
await ensureChromium();
build();
process.exit(await runBoth(places, { packageFolder: root, cwd: root }));
