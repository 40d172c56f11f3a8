import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPerchanceStandIn } from '../stand-ins/perchance/perchance-stand-in.ts';
import { copyPrograms } from './own-files.ts';
import { countBrowserStarts, limitMemory, treeMemoryMb, watchMemory } from './processes.ts';
import type { Figure, Section } from './report.ts';
import { startServices, timePicture } from './services.ts';

/** Memory of the worker's process tree over many jobs, without a limit and with the limit of a free host. */

const JOBS = 200;
const FREE_HOST_MB = 512;
const FREE_HOST_JOBS = 150;
const SETTLE_MS = 2000;

interface Watched {
  readonly idleMb: number;
  readonly peakMb: number;
  /** Memory between jobs: after the 50th, and after the last. */
  readonly after50Mb: number;
  readonly afterLastMb: number;
  readonly browserStarts: number;
  readonly startMs: number;
  readonly firstPictureMs: number;
}

interface JobsOptions {
  readonly count: number;
  readonly wrap?: Parameters<typeof startServices>[1];
}

async function watchJobs(env: Record<string, string>, { count, wrap }: JobsOptions): Promise<Watched> {
  const directory = mkdtempSync(join(tmpdir(), 'easel-bench-browser-'));
  const services = await startServices({ TMPDIR: directory, ...env }, wrap);
  const { pid, startMs } = services.worker;
  const peak = watchMemory(pid);
  const starts = countBrowserStarts(directory);
  const settled = async (): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return treeMemoryMb(pid);
  };
  try {
    const idleMb = treeMemoryMb(pid);
    const { totalMs: firstPictureMs } = await timePicture(services.url, 'prompt=the+first');
    let after50Mb = 0;
    for (let job = 1; job <= count; job++) {
      await timePicture(services.url, `prompt=memory+${job}&seed=${job}`);
      if (job === 50) after50Mb = await settled();
    }
    const afterLastMb = await settled();
    return {
      idleMb,
      peakMb: peak.stop(),
      after50Mb,
      afterLastMb,
      browserStarts: starts.stop(),
      startMs,
      firstPictureMs,
    };
  } finally {
    peak.stop();
    starts.stop();
    await services.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

const toFigures = (engine: string, watched: Watched): Figure[] => [
  { what: `${engine}: before the first job`, value: watched.idleMb, unit: 'MB' },
  {
    what: `${engine}: peak over ${JOBS} jobs (PSS of the tree)`,
    value: watched.peakMb,
    unit: 'MB',
    aim: 'under 400 MB',
  },
  {
    what: `${engine}: after job ${JOBS}`,
    value: watched.afterLastMb,
    unit: 'MB',
    reference: { what: 'after job 50', value: watched.after50Mb },
    aim: 'no growth',
  },
  {
    what: `${engine}: starts of Chromium`,
    value: watched.browserStarts,
    unit: 'starts',
    aim: '1, and one for every 200 jobs',
  },
  { what: `${engine}: worker's start to healthy`, value: watched.startMs, unit: 'ms' },
  { what: `${engine}: first picture`, value: watched.firstPictureMs, unit: 'ms' },
];

/** Measures in a memory cgroup that is charged for its own programs' pages. Empty where no cgroup can be made. */
async function measureFreeHost(env: Record<string, string>): Promise<Figure[]> {
  const limit = limitMemory(FREE_HOST_MB);
  if (limit === undefined) return [];
  const directory = mkdtempSync(join(tmpdir(), 'easel-bench-programs-'));
  try {
    const own = await copyPrograms(directory);
    const startedAt = performance.now();
    const watched = await watchJobs(
      { ...env, CHROMIUM_PATH: own.chromium },
      { count: FREE_HOST_JOBS, wrap: ([, ...args]) => limit.wrap([own.node, ...args]) },
    );
    const seconds = (performance.now() - startedAt) / 1000;
    const toFigure = (what: string, value: number, unit: string, aim?: string): Figure => ({
      what: `${env.ENGINES} in ${FREE_HOST_MB} MB: ${what}`,
      value,
      unit,
      aim,
    });
    return [
      toFigure(`${FREE_HOST_JOBS} jobs`, seconds, 's'),
      toFigure('starts of Chromium', watched.browserStarts, 'starts', '1'),
      toFigure('kills', limit.outOfMemoryKills(), 'processes', 'none'),
      toFigure('peak (PSS)', watched.peakMb, 'MB', 'under 400 MB'),
      toFigure('peak of the cgroup with page cache', limit.peakMb(), 'MB'),
    ];
  } finally {
    limit.remove();
    rmSync(directory, { recursive: true, force: true });
  }
}

export const memory: Section = {
  name: 'memory',
  title: `Memory of the worker over ${JOBS} jobs, with Node's and Chromium's options of the blueprint`,
  async measure() {
    const standIn = await createPerchanceStandIn();
    const perchance = {
      ENGINES: 'perchance',
      PERCHANCE_URL: standIn.url,
      PERCHANCE_EMBED_URL: standIn.embedUrl,
      PERCHANCE_WAY: 'embed',
    };
    try {
      return [
        ...toFigures('perchance', await watchJobs(perchance, { count: JOBS })),
        ...toFigures('sketch', await watchJobs({ ENGINES: 'sketch' }, { count: JOBS })),
        ...(await measureFreeHost(perchance)),
        ...(await measureFreeHost({ ENGINES: 'sketch' })),
      ];
    } finally {
      await standIn.stop();
    }
  },
};
