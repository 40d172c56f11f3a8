import { AUTOMATIC1111_AUTH, createAutomatic1111StandIn } from '../stand-ins/automatic1111/automatic1111-stand-in.ts';
import { createComfyuiStandIn } from '../stand-ins/comfyui/comfyui-stand-in.ts';
import { createGradioStandIn } from '../stand-ins/gradio/gradio-stand-in.ts';
import { createHordeStandIn } from '../stand-ins/horde/horde-stand-in.ts';
import type { HttpStandIn } from '../stand-ins/http-stand-in.ts';
import {
  createHuggingfaceStandIn,
  HUGGING_FACE_KEY,
  HUGGING_FACE_MODEL,
} from '../stand-ins/huggingface/huggingface-stand-in.ts';
import { createOpenaiStandIn, OPENAI_KEY } from '../stand-ins/openai/openai-stand-in.ts';
import { createPiclumenStandIn, PICLUMEN_TOKEN } from '../stand-ins/piclumen/piclumen-stand-in.ts';
import { createServiceStandIn, SERVICE_KEY } from '../stand-ins/services/service-stand-in.ts';
import { timeFirstPictures } from './first-picture.ts';
import { timeReplay, toOverheadFigures } from './overhead.ts';
import type { Figure, Section } from './report.ts';
import { type Services, startServices, timePicture } from './services.ts';

/** What the service adds to the time of the services behind its HTTP engines. */

const PICTURES = 40;
const WARM_UP = 3;
/** Piclumen's app looks at a task every two seconds, and so does the engine: that is no overhead of ours. */
const PICLUMEN_PAUSE_MS = 2000;
const POLLED_PICTURES = 6;
/** Before the three looks that the stand-in wants: 1, 1.5 and 2.25 s, which spare the real service. */
const HORDE_PAUSES_MS = 4750;
const HORDE_PICTURES = 4;
const CLOUDFLARE_ACCOUNT_ID = 'acme';

interface Subject {
  readonly engine: string;
  readonly standIn: HttpStandIn;
  readonly env: Readonly<Record<string, string>>;
  readonly pictures?: number;
  readonly pauseMs?: number;
}

async function createSubjects(): Promise<Subject[]> {
  const openai = await createOpenaiStandIn('localai');
  const automatic1111 = await createAutomatic1111StandIn();
  const huggingface = await createHuggingfaceStandIn();
  const piclumen = await createPiclumenStandIn();
  piclumen.looks = [];
  const gradio = await createGradioStandIn();
  const horde = await createHordeStandIn();
  const comfyui = await createComfyuiStandIn();
  const cloudflare = await createServiceStandIn(
    ({ headers }) => headers.authorization === `Bearer ${SERVICE_KEY}`,
    async ({ json }, { paint }) => {
      const { prompt, seed } = json as { prompt: unknown; seed: unknown };
      const image = (await paint({ prompt, seed, width: 1024, height: 1024 })).toString('base64');
      return { body: { success: true, result: { image } } };
    },
  );
  return [
    {
      engine: 'openai',
      standIn: openai,
      env: { OPENAI_BASE_URL: `${openai.url}/v1`, OPENAI_API_KEY: OPENAI_KEY, OPENAI_IMAGE_MODEL: 'flux' },
    },
    {
      engine: 'automatic1111',
      standIn: automatic1111,
      env: { AUTOMATIC1111_URL: automatic1111.url, AUTOMATIC1111_AUTH },
    },
    {
      engine: 'huggingface',
      standIn: huggingface,
      env: {
        HUGGING_FACE_API_URL: `${huggingface.url}/hf-inference`,
        HUGGING_FACE_API_KEY: HUGGING_FACE_KEY,
        HUGGING_FACE_MODEL,
      },
    },
    { engine: 'gradio', standIn: gradio, env: { GRADIO_SPACES: 'acme/painter', GRADIO_HUB_URL: gradio.url } },
    {
      engine: 'horde',
      standIn: horde,
      env: { HORDE_URL: horde.url },
      pictures: HORDE_PICTURES,
      pauseMs: HORDE_PAUSES_MS,
    },
    { engine: 'comfyui', standIn: comfyui, env: { COMFYUI_URL: comfyui.url }, pictures: POLLED_PICTURES },
    {
      engine: 'cloudflare',
      standIn: cloudflare,
      env: { CLOUDFLARE_API_TOKEN: SERVICE_KEY, CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_API_URL: cloudflare.url },
    },
    {
      engine: 'piclumen',
      standIn: piclumen,
      env: { PICLUMEN_API_URL: piclumen.url, PICLUMEN_TOKEN },
      pictures: POLLED_PICTURES,
      pauseMs: PICLUMEN_PAUSE_MS,
    },
  ];
}

async function measure(services: Services, subject: Subject): Promise<Figure[]> {
  const { engine, standIn, pictures = PICTURES, pauseMs = 0 } = subject;
  const totals: number[] = [];
  const stages: number[] = [];
  const alone: number[] = [];
  for (let index = -WARM_UP; index < pictures; index++) {
    const before = standIn.requests.length;
    const times = await timePicture(services.url, `engine=${engine}&prompt=picture+${index}`);
    const requests = standIn.requests.slice(before).map(({ method, path, query, headers, text }) => {
      const target = query.size === 0 ? path : `${path}?${query}`;
      return { method, target, headers, body: text };
    });
    const aloneMs = (await timeReplay(standIn.url, requests)) + pauseMs;
    if (index < 0) continue;
    totals.push(times.totalMs);
    stages.push(times.stageMs('generate') + times.stageMs('download'));
    alone.push(aloneMs);
  }
  const reference = { what: 'the same requests sent by hand', times: alone };
  return [
    ...toOverheadFigures(`${engine}: engine's own`, stages, reference),
    ...toOverheadFigures(`${engine}: whole service's own, with PNG and disk`, totals, reference),
  ];
}

export const engines: Section = {
  name: 'engines',
  title: 'HTTP engines, beyond the time of the service behind them (a stand-in), and a start without a network',
  async measure() {
    const subjects = await createSubjects();
    const environments = subjects.map(({ env }) => env);
    const services = await startServices({
      ENGINES: subjects.map(({ engine }) => engine).join(','),
      ...Object.assign({}, ...environments),
    });
    try {
      const figures: Figure[] = [];
      for (const subject of subjects) figures.push(...(await measure(services, subject)));
      return [...figures, ...(await timeFirstPictures())];
    } finally {
      await services.stop();
      await Promise.all(subjects.map(({ standIn }) => standIn.close()));
    }
  },
};
