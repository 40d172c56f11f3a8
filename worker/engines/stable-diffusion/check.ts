import { resolve } from 'node:path';
import { toLimits } from './limits.ts';
import { estimateBytes, measureFreeBytes, modelBytes } from './memory.ts';
import { inspectModelDirectory } from './model/model-directory.ts';

/** `npm run sd:check DIR`: says whether a directory is complete and how much memory its model needs. */

const EXIT_INCOMPLETE = 1;
const EXIT_USAGE = 2;
const MB = 1024 ** 2;
const GB = 1024 ** 3;
const FAMILIES = { standard: 'Stable Diffusion', turbo: 'Turbo', lcm: 'Latent Consistency Model' };

const [directory] = process.argv.slice(2);
if (directory === undefined) {
  console.error('Usage: npm run sd:check DIR');
  process.exit(EXIT_USAGE);
}

const { model, problems } = inspectModelDirectory(directory);
if (model === undefined) {
  console.error(`${resolve(directory)} is not complete:`);
  for (const problem of problems) console.error(`  ${problem}`);
  console.error('worker/engines/stable-diffusion/README.md says how to make an export.');
  process.exit(EXIT_INCOMPLETE);
}

const limits = toLimits(model);
const { square } = limits.shapes;
const freeBytes = await measureFreeBytes();
const neededBytes = estimateBytes(model, square);
const toText = (bytes: number): string =>
  bytes < GB ? `${(bytes / MB).toFixed(1)} MB` : `${(bytes / GB).toFixed(1)} GB`;
const sizes = 'multipleOf' in limits.sizes ? `multiples of ${limits.sizes.multipleOf} pixels` : 'fixed by the export';

console.log(`${model.directory} is complete.`);
console.log(`  kind       ${FAMILIES[model.family]}${model.isXl ? ' XL' : ''}`);
console.log(`  size       ${square.width}x${square.height}, ${sizes}`);
console.log(`  steps      ${limits.steps?.default} (${limits.steps?.min} to ${limits.steps?.max})`);
console.log(`  guidance   ${limits.guidanceScale?.default}`);
console.log(`  scheduler  ${model.schedulerConfig._class_name}`);
console.log(`  disk       ${toText(modelBytes(model))}`);
for (const { name, bytes } of model.files) console.log(`    ${name.padEnd(15)} ${toText(bytes)}`);
console.log(`  memory     about ${toText(neededBytes)} on the CPU at that size; ${toText(freeBytes)} are free now`);
if (neededBytes > freeBytes) console.log('  It does not fit into memory at this size.');
