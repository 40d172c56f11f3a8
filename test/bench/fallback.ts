import { readSettings } from '../../shared/service/config.ts';
import type { Engine } from '../../worker/engines/engine.ts';
import { openai } from '../../worker/engines/openai/index.ts';
import { createEngineServices } from '../contracts/engine-services.ts';
import type { Misbehaviour, StandInReply } from '../stand-ins/http-stand-in.ts';
import { createOpenaiStandIn, OPENAI_KEY, type OpenaiStandIn } from '../stand-ins/openai/openai-stand-in.ts';
import { openFrontDoor } from '../worker/front-door.ts';
import { timeReplay, toOverheadFigures } from './overhead.ts';
import { median, type Section } from './report.ts';

/** Compares a sixth engine that serves after five others failed with the sixth alone. */

const SAMPLES = 20;
const WARM_UP = 3;

const page = (status: number): StandInReply => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: '<h1>no</h1>',
});
const refusal = (status: number, message: string): StandInReply => ({ status, body: { error: { message } } });
const FAILURES: readonly (StandInReply | Misbehaviour)[] = [
  refusal(500, 'out of memory'),
  refusal(429, 'too many requests'),
  page(502),
  { body: { created: 1, data: [] } },
  'truncate',
];

interface Member {
  readonly standIn: OpenaiStandIn;
  readonly engine: Engine;
}

async function createMember(name: string, answer?: StandInReply | Misbehaviour): Promise<Member> {
  const standIn = await createOpenaiStandIn('openai');
  if (answer !== undefined) standIn.interfere(() => answer);
  const environment = { OPENAI_BASE_URL: `${standIn.url}/v1`, OPENAI_API_KEY: OPENAI_KEY };
  const engine = openai.create(readSettings(openai.settings, environment), createEngineServices({}));
  return { standIn, engine: { ...engine, name } };
}

/** Starts a worker for each picture, since breakers would soon skip the failing engines. */
async function timePicture(engines: readonly Engine[]): Promise<number> {
  const door = await openFrontDoor({ engines });
  try {
    // Opens the connection and reads the shelf before the measurement begins.
    await door.call('/health');
    const startedAt = performance.now();
    const { result, error } = await door.produce();
    const tookMs = performance.now() - startedAt;
    if (result?.attempts.length !== engines.length - 1)
      throw new Error(`the sixth engine did not serve: ${error?.code}`);
    return tookMs;
  } finally {
    await door.close();
  }
}

/** Sends the failing requests by hand. The one whose answer breaks off rejects, as quickly as the others resolve. */
async function timeRefusals(members: readonly Member[]): Promise<number> {
  let totalMs = 0;
  for (const { standIn } of members) {
    const last = standIn.requests.at(-1);
    if (last === undefined) throw new Error('an engine was not asked');
    const request = { method: last.method, target: last.path, headers: last.headers, body: last.text };
    const startedAt = performance.now();
    await timeReplay(standIn.url, [request]).catch((error: unknown) => {
      if (!(error instanceof TypeError)) throw error;
    });
    totalMs += performance.now() - startedAt;
  }
  return totalMs;
}

export const fallback: Section = {
  name: 'fallback',
  title: 'Falling back: five engines fail in five ways, the sixth serves (one process, the stand-ins included)',
  async measure() {
    const failing = await Promise.all(FAILURES.map((answer, index) => createMember(`failing-${index}`, answer)));
    const sixth = await createMember('sixth');
    const members = [...failing, sixth];
    try {
      const alone: number[] = [];
      const added: number[] = [];
      const refusals: number[] = [];
      for (let sample = -WARM_UP; sample < SAMPLES; sample++) {
        const aloneMs = await timePicture([sixth.engine]);
        const withFailuresMs = await timePicture(members.map(({ engine }) => engine));
        const refusalsMs = await timeRefusals(failing);
        if (sample < 0) continue;
        alone.push(aloneMs);
        added.push(withFailuresMs - aloneMs);
        refusals.push(refusalsMs);
      }
      return [
        ...toOverheadFigures('five failures', added, { what: 'the five requests sent by hand', times: refusals }),
        { what: 'the sixth alone, whole production, median', value: median(alone), unit: 'ms' },
      ];
    } finally {
      await Promise.all(members.map(({ standIn }) => standIn.close()));
    }
  },
};
