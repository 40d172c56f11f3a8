import { randomUUID } from 'node:crypto';
import { createHttpStandIn, type HttpStandIn, type StandInReply, type StandInRequest } from '../http-stand-in.ts';
import { pictureOf } from '../picture-of.ts';

/** 40 hexadecimal digits, as the web app keeps them. */
export const PICLUMEN_TOKEN = '0123456789abcdef0123456789abcdef01234567';

interface CreateBody {
  readonly prompt: string;
  readonly seed: number;
  readonly resolution: { readonly width: number; readonly height: number; readonly batch_size: number };
}

/** The answer to one look at a task. If the last one is not `success`, it stays for ever. */
export interface TaskLook {
  readonly status: string;
  readonly index?: number;
  readonly info?: string;
}

export interface PiclumenStandIn extends HttpStandIn {
  /** The looks at the next tasks before their success. */
  looks: readonly TaskLook[];
  /** The task never succeeds after these looks. */
  neverEnds: boolean;
  /** The service's mark for sensitive pictures. */
  sensitive: string | null;
  /** The older host's answer: an object in place of an array. */
  answersObject: boolean;
  readonly token: string;
}

const NORMAL_LOOKS: readonly TaskLook[] = [{ status: 'pending', index: 2 }, { status: 'running' }];
const CREATE = '/api/gen/create';
const STATUS = '/api/task/batch-process-task';

/** Piclumen's web API: create, look until it is done, fetch WebP pictures. */
export async function createPiclumenStandIn(): Promise<PiclumenStandIn> {
  const tasks = new Map<string, { body: CreateBody; looked: number }>();

  function create(body: CreateBody): StandInReply {
    const markId = randomUUID();
    tasks.set(markId, { body, looked: 0 });
    return { body: { status: 0, message: 'success', data: { markId, featureName: 'ttp', fastHour: false, index: 2 } } };
  }

  function look(markId: string): object | undefined {
    const task = tasks.get(markId);
    if (task === undefined) return undefined;
    const { looks } = standIn;
    const at = standIn.neverEnds ? Math.min(task.looked, looks.length - 1) : task.looked;
    task.looked += 1;
    const now = looks[at];
    if (now !== undefined) return { promptId: null, markId, info: null, index: -1, ...now, img_urls: [] };
    const pictures = Array.from({ length: task.body.resolution.batch_size }, (_, index) => ({
      imgUrl: `${service.url}/normal/${markId}/${index}.webp`,
      imgName: `${index}.webp`,
      sensitive: standIn.sensitive,
      realWidth: task.body.resolution.width,
      realHeight: task.body.resolution.height,
    }));
    return { promptId: 'p', markId, status: 'success', info: null, index: -1, img_urls: pictures };
  }

  async function picture(path: string): Promise<StandInReply> {
    const [, , markId = '', name = ''] = path.split('/');
    const task = tasks.get(markId);
    if (task === undefined) return { status: 404, body: 'no such picture' };
    const { prompt, seed, resolution } = task.body;
    const bytes = await pictureOf([prompt, seed, name], resolution, 'webp');
    return { headers: { 'content-type': 'image/webp' }, body: bytes };
  }

  function serve({ method, path, headers, json }: StandInRequest): StandInReply | Promise<StandInReply> {
    if (method === 'GET' && path.startsWith('/normal/')) return picture(path);
    if (headers.authorization !== PICLUMEN_TOKEN)
      return { status: 401, body: { status: 401, message: 'token invalid' } };
    if (method === 'POST' && path === CREATE) return create(json as CreateBody);
    if (method === 'POST' && path === STATUS && Array.isArray(json)) {
      const found = json.map((markId) => look(String(markId))).filter((task) => task !== undefined);
      return { body: { status: 0, message: 'success', data: standIn.answersObject ? found[0] : found } };
    }
    return { status: 404, body: { status: 404, message: 'not found' } };
  }

  const service = await createHttpStandIn(serve);
  const mendService = service.mend;
  const standIn: PiclumenStandIn = Object.assign(service, {
    looks: NORMAL_LOOKS,
    neverEnds: false,
    sensitive: null,
    answersObject: false,
    token: PICLUMEN_TOKEN,
    mend() {
      Object.assign(standIn, { looks: NORMAL_LOOKS, neverEnds: false, sensitive: null, answersObject: false });
      mendService();
    },
  });
  return standIn;
}
