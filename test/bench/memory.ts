import { createPerchanceStandIn } from '../stand-ins/perchance/perchance-stand-in.ts';
import { limitMemory, treeMemoryMb, watchMemory } from './processes.ts';
import type { Figure, Section } from './report.ts';
import { startServices, timePicture } from './services.ts';

/** Memory of the worker's whole process tree over many jobs, and the same under the limit of a free host. */

const JOBS = 200;
const FREE_HOST_MB = 512;
const SETTLE_MS = 2000;

interface Watched {
  readonly idleMb: number;
  readonly peakMb: number;
  /** After job 50 and job 200, between jobs. */
  readonly after50Mb: number;
  readonly after200Mb: number;
  readonly startMs: number;
  readonly firstPictureMs: number;
}

async function watchJobs(env: Record<string, string>, wrap?: Parameters<typeof startServices>[1]): Promise<Watched> {
  const services = await startServices(env, wrap);
  const { pid, startMs } = services.worker;
  const peak = watchMemory(pid);
  const settled = async (): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return treeMemoryMb(pid);
  };
  try {
    const idleMb = treeMemoryMb(pid);
    const { totalMs: firstPictureMs } = await timePicture(services.url, 'prompt=the+first');
    let after50Mb = 0;
    for (let job = 1; job <= JOBS; job++) {
      await timePicture(services.url, `prompt=memory+${job}&seed=${job}`);
      if (job === 50) after50Mb = await settled();
    }
    return { idleMb, peakMb: peak.stop(), after50Mb, after200Mb: await settled(), startMs, firstPictureMs };
  } finally {
    peak.stop();
    await services.stop();
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
    value: watched.after200Mb,
    unit: 'MB',
    reference: { what: 'after job 50', value: watched.after50Mb },
    aim: 'no growth',
  },
  { what: `${engine}: worker's start to healthy`, value: watched.startMs, unit: 'ms' },
  { what: `${engine}: first picture`, value: watched.firstPictureMs, unit: 'ms' },
];

export const memory: Section = {
  name: 'memory',
  title: `Memory of the worker over ${JOBS} jobs, with Node's and Chromium's options of the blueprint`,
  async measure() {
    const standIn = await createPerchanceStandIn();
    const perchance = { ENGINES: 'perchance', PERCHANCE_URL: standIn.url, PERCHANCE_EMBED_URL: standIn.embedUrl };
    try {
      const figures = [
        ...toFigures('perchance', await watchJobs(perchance)),
        ...toFigures('sketch', await watchJobs({ ENGINES: 'sketch' })),
      ];
      const limit = limitMemory(FREE_HOST_MB);
      if (limit === undefined) return figures;
      const limited = await watchJobs(perchance, limit.wrap);
      figures.push(
        { what: `perchance in ${FREE_HOST_MB} MB: peak (PSS)`, value: limited.peakMb, unit: 'MB', aim: 'under 400 MB' },
        {
          what: `perchance in ${FREE_HOST_MB} MB: peak of the cgroup with page cache`,
          value: limit.peakMb(),
          unit: 'MB',
        },
        {
          what: `perchance in ${FREE_HOST_MB} MB: kills`,
          value: limit.outOfMemoryKills(),
          unit: 'processes',
          aim: 'none',
        },
      );
      limit.remove();
      return figures;
    } finally {
      await standIn.stop();
    }
  },
};
