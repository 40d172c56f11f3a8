// `npm test`: from a fresh clone, installs what is missing and runs the suite (or the files named behind `--`).
import { join } from 'node:path';
import { ensureChromium, installPackages, root, run } from './toolchain.mjs';

installPackages();
await ensureChromium();

const files = process.argv.slice(2);
const wanted = files.length > 0 ? files : ['test/**/*.test.ts'];
// Most tests wait for processes and browsers of their own: one more at a time than there are cores keeps them busy.
const isGreen = run(join(root, 'node_modules', '.bin', 'node'), ['--test', '--test-concurrency=3', ...wanted]);
process.exit(isGreen ? 0 : 1);
