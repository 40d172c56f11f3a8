import { createHttpStandIn, type HttpStandIn, type StandInReply, type StandInRequest } from '../http-stand-in.ts';
import { pictureOf } from '../picture-of.ts';

export const HORDE_KEY = 'HordeStandInKey0123456789';
/** The documented key for anonymous callers. */
const SHARED_KEY = '0000000000';

export interface HordeStandIn extends HttpStandIn {
  /** The models that volunteers serve now. */
  models: readonly { readonly name: string; readonly count: number; readonly eta: number }[];
  /** Merged over each look at the work. */
  check: Readonly<Record<string, unknown>>;
  /** Merged over the finished generation. */
  generation: Readonly<Record<string, unknown>>;
  neverEnds: boolean;
}

interface HordeRequest {
  readonly prompt: string;
  readonly models: readonly string[];
  readonly params: { readonly width: number; readonly height: number; readonly seed: string };
}

const LOOKS_BEFORE_DONE = 2;
const BEHAVIOUR = {
  models: [
    { name: 'Deliberate', count: 3, eta: 4 },
    { name: 'AlbedoBase XL (SDXL)', count: 2, eta: 9 },
  ],
  check: {},
  generation: {},
  neverEnds: false,
} as const;

/** AI Horde version 2: asynchronous generation, looks, status, removal, models. */
export async function createHordeStandIn(): Promise<HordeStandIn> {
  const works: { readonly request: HordeRequest; looks: number }[] = [];

  async function serve({ method, path, headers, json }: StandInRequest): Promise<StandInReply> {
    if (path.startsWith('/files/')) return file(Number(path.slice('/files/'.length)));
    if (path === '/status/models') return { body: standIn.models };
    if (headers.apikey !== HORDE_KEY && headers.apikey !== SHARED_KEY) return failure(401, 'InvalidAPIKey');
    if (headers['client-agent'] === undefined) return failure(400, 'NoClientAgent');
    if (path === '/find_user') return { body: { username: 'stand-in#1', kudos: 12 } };
    if (path === '/generate/async') {
      return {
        status: 202,
        body: { id: `work-${works.push({ request: json as HordeRequest, looks: 0 }) - 1}`, kudos: 8 },
      };
    }
    const [, kind, number = '-1'] = /^\/generate\/(check|status)\/work-(\d+)$/.exec(path) ?? [];
    const work = works[Number(number)];
    if (work === undefined) return failure(404, 'RequestNotFound');
    if (kind === 'status' && method === 'DELETE') return { body: look(work) };
    return { body: kind === 'check' ? look(work) : { ...look(work), generations: [await toGeneration(work, number)] } };
  }

  function look(work: { looks: number }) {
    work.looks += 1;
    const done = !standIn.neverEnds && work.looks > LOOKS_BEFORE_DONE;
    const isFirst = work.looks === 1;
    const place = { queue_position: isFirst ? 3 : 0, wait_time: isFirst ? 12 : 4, processing: isFirst ? 0 : 1 };
    return { done, faulted: false, is_possible: true, ...place, ...standIn.check };
  }

  async function toGeneration({ request }: { request: HordeRequest }, number: string) {
    return {
      img: `${standIn.url}/files/${number}`,
      seed: request.params.seed,
      censored: false,
      state: 'ok',
      model: request.models[0],
      ...standIn.generation,
    };
  }

  async function file(number: number): Promise<StandInReply> {
    const { prompt, params } = works[number]?.request ?? { prompt: '', params: { width: 1, height: 1, seed: '' } };
    const { width, height, seed } = params;
    const body = await pictureOf([prompt, seed], { width, height }, 'webp');
    return { headers: { 'content-type': 'image/webp' }, body };
  }

  const service = await createHttpStandIn(serve);
  const mendService = service.mend;
  const standIn: HordeStandIn = Object.assign(service, {
    ...BEHAVIOUR,
    mend() {
      Object.assign(standIn, BEHAVIOUR);
      mendService();
    },
  });
  return standIn;
}

export const failure = (status: number, rc: string): StandInReply => ({ status, body: { message: `no: ${rc}`, rc } });
