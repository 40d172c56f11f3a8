import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { quantile } from '../bench/report.ts';
import { type SoakReport, soak } from './soak.ts';

/**
 * `npm run soak -- --minutes 60`: runs both built services, in 256 and 512 MB where memory can be limited.
 * `--requests`, `--concurrency`, `--redis`, `--seed`, `--clients`, and `--faults engine,store` to choose what breaks (`none`: nothing),
 * `--verbose` to see each request and fault.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    requests: { type: 'string', default: '1000000' },
    concurrency: { type: 'string', default: '1' },
    clients: { type: 'string', default: '4' },
    seed: { type: 'string', default: '20261127' },
    faults: { type: 'string', default: '' },
    redis: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
const report = await soak({
  usesRedis: values.redis,
  concurrency: Number(values.concurrency),
  isBuilt: true,
  requests: Number(values.requests),
  milliseconds: Number(values.minutes) * 60_000,
  clients: Number(values.clients),
  seed: Number(values.seed),
  faults: values.faults.split(',').filter(Boolean),
  rounds: Infinity,
  pauseMs: 4000,
  restMs: 30_000,
  warmUp: 200,
  watched: ['memoryMb', 'descriptors', 'processes'],
  signal: interrupted.signal,
  onProgress: (text) => values.verbose && console.error(text),
});
printReport(report);
process.exitCode = report.complaints.length === 0 ? 0 : 1;

function printReport({
  results,
  jobs,
  strikes,
  before,
  after,
  browserStarts,
  outOfMemoryKills,
  peaksMb,
  complaints,
}: SoakReport): void {
  const byDialect = Map.groupBy(results, ({ dialect }) => dialect);
  console.log('\nRequests');
  for (const [dialect, list] of [...byDialect].toSorted()) {
    const pictures = list.filter(({ end }) => end === 'picture');
    const times = pictures.map(({ tookMs }) => tookMs);
    const retries = list.reduce((sum, one) => sum + one.retries, 0);
    const [median, p95] = times.length === 0 ? [0, 0] : [quantile(times, 0.5), quantile(times, 0.95)];
    console.log(
      `  ${dialect}: ${list.length}, pictures ${pictures.length}, repeated ${retries}, ` +
        `median ${median.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`,
    );
  }
  const ends = Map.groupBy(results, ({ end }) => end);
  console.log(`  in all ${results.length}: ${[...ends].map(([end, list]) => `${list.length} ${end}`).join(', ')}`);
  console.log(`Accepted jobs: ${toList(jobs)}`);
  console.log(`Faults: ${toList(strikes)}`);
  for (const service of ['gateway', 'worker'] as const) {
    const [was, is] = [before[service], after[service]];
    console.log(
      `${service}: memory ${was.memoryMb.toFixed(0)} -> ${is.memoryMb.toFixed(0)} MB, descriptors ${was.descriptors} -> ` +
        `${is.descriptors}, processes ${was.processes} -> ${is.processes}`,
    );
  }
  console.log(`Temporary files: ${before.temporaryFiles} -> ${after.temporaryFiles}`);
  console.log(`Starts of Chromium: ${browserStarts}`);
  console.log(
    `Killed for memory: ${outOfMemoryKills ?? 'not limited here'}; peaks with page cache: ${peaksMb.map((mb) => mb.toFixed(0)).join(' and ')} MB`,
  );
  console.log(
    complaints.length === 0 ? 'No complaints.' : `\nComplaints:\n${complaints.map((one) => `  ${one}`).join('\n')}`,
  );
}

function toList(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}
