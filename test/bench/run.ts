import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { engines } from './engines.ts';
import { fallback } from './fallback.ts';
import { freeDay } from './free-day.ts';
import { gateway } from './gateway.ts';
import { inFlight } from './in-flight.ts';
import { job } from './job.ts';
import { jobs } from './jobs.ts';
import { memory } from './memory.ts';
import { policy } from './policy.ts';
import { queue } from './queue.ts';
import { print, type Section } from './report.ts';
import { stableDiffusion } from './stable-diffusion.ts';
import { stores } from './stores.ts';
import { waiting } from './waiting.ts';

/** `npm run bench`: runs every section, or those named after `--`. Each figure is printed beside its reference. */

const sections: readonly Section[] = [
  gateway,
  policy,
  jobs,
  waiting,
  queue,
  job,
  memory,
  engines,
  fallback,
  freeDay,
  stores,
  inFlight,
  stableDiffusion,
];

const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const unknown = wanted.filter((name) => !sections.some((section) => section.name === name));
if (unknown.length > 0) {
  console.error(`Unknown section ${unknown.join(', ')}; sections are ${sections.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
console.log(`${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`);
for (const section of sections) {
  if (wanted.length === 0 || wanted.includes(section.name)) print(section, await section.measure());
}
