import { createHttpStandIn, type HttpStandIn, type StandInReply, type StandInRequest } from '../http-stand-in.ts';
import { pictureOf } from '../picture-of.ts';

export const AUTOMATIC1111_AUTH = 'artist:correct-horse-battery';

interface Txt2ImgBody {
  readonly prompt: string;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly batch_size: number;
  readonly steps: number;
  readonly sampler_name?: string;
  readonly force_task_id?: string;
}

interface Automatic1111Modes {
  /** Jobs run until they are interrupted, until the test finishes them, or until `mend`. */
  holds: boolean;
  /** Whether the server says whose job runs, as newer ones do. */
  namesCurrentTask: boolean;
  /** Servers that only imitate the dialect have neither. */
  hasProgress: boolean;
  hasInternalProgress: boolean;
  /** A grid of all pictures comes first. */
  sendsGrid: boolean;
  /** `info` is an empty string. */
  hidesInfo: boolean;
  /** Progress of the running job, 0 to 1. */
  progress: number;
}

const NORMAL: Automatic1111Modes = {
  holds: false,
  namesCurrentTask: true,
  hasProgress: true,
  hasInternalProgress: true,
  sendsGrid: false,
  hidesInfo: false,
  progress: 0.5,
};

export interface Automatic1111StandIn extends HttpStandIn, Automatic1111Modes {
  /** Starts another caller's job. The returned function ends it. */
  runStranger(): () => void;
  /** Ends the running job as done. */
  finish(): void;
  /** Task ids whose job was running when `/interrupt` came. */
  readonly interrupted: string[];
}

/** AUTOMATIC1111's API with its one queue: jobs run one at a time, `/interrupt` stops whichever runs. */
export async function createAutomatic1111StandIn(): Promise<Automatic1111StandIn> {
  const pending = new Set<string>();
  const finished = new Set<string>();
  const interrupted: string[] = [];
  let queue = Promise.resolve();
  let running: { readonly id: string; readonly end: () => void } | undefined;

  /** Waits for its turn, then runs until it is ended. */
  function run(id: string, endsAtOnce: () => boolean): Promise<void> {
    pending.add(id);
    const turn = queue.then(async () => {
      pending.delete(id);
      const ended = Promise.withResolvers<void>();
      running = { id, end: ended.resolve };
      if (endsAtOnce()) ended.resolve();
      await ended.promise;
      running = undefined;
      finished.add(id);
    });
    queue = turn;
    return turn;
  }

  async function txt2img(body: Txt2ImgBody): Promise<StandInReply> {
    if (body.sampler_name === 'Nonesuch') {
      return { status: 404, body: { error: 'HTTPException', detail: 'Sampler not found', body: '', errors: '' } };
    }
    await run(body.force_task_id ?? 'task(unnamed)', () => !standIn.holds);
    const seeds = Array.from({ length: body.batch_size }, (_, index) => body.seed + index);
    const pictures = await Promise.all(seeds.map((seed) => pictureOf([body.prompt, seed], body)));
    const images = pictures.map((picture) => picture.toString('base64'));
    const grid = standIn.sendsGrid ? [(await pictureOf('grid', body)).toString('base64')] : [];
    const info = { seed: body.seed, all_seeds: seeds, index_of_first_image: grid.length, infotexts: [body.prompt] };
    return {
      body: { images: [...grid, ...images], parameters: {}, info: standIn.hidesInfo ? '' : JSON.stringify(info) },
    };
  }

  async function progress({ query }: StandInRequest): Promise<StandInReply> {
    if (!standIn.hasProgress) return { status: 404, body: { detail: 'Not Found' } };
    const isIdle = running === undefined;
    const wantsImage = query.get('skip_current_image') === 'false' && !isIdle;
    return {
      body: {
        progress: isIdle ? 0 : standIn.progress,
        eta_relative: 1,
        state: {
          job: isIdle ? '' : 'scripts_txt2img',
          job_count: isIdle ? 0 : 1,
          sampling_step: 5,
          sampling_steps: 10,
        },
        current_image: wantsImage ? (await pictureOf('preview', { width: 64, height: 64 })).toString('base64') : null,
        textinfo: null,
        ...(standIn.namesCurrentTask && !isIdle ? { current_task: running?.id } : {}),
      },
    };
  }

  function internalProgress(json: unknown): StandInReply {
    if (!standIn.hasInternalProgress) return { status: 404, body: { detail: 'Not Found' } };
    const id = String((json as { id_task?: string }).id_task);
    return { body: { active: running?.id === id, queued: pending.has(id), completed: finished.has(id) } };
  }

  function interrupt(): StandInReply {
    if (running !== undefined) interrupted.push(running.id);
    running?.end();
    return { body: {} };
  }

  function serve(request: StandInRequest): StandInReply | Promise<StandInReply> {
    const authorization = `Basic ${Buffer.from(AUTOMATIC1111_AUTH).toString('base64')}`;
    if (request.path === '/internal/progress') return internalProgress(request.json);
    if (request.headers.authorization !== authorization) {
      const headers = { 'www-authenticate': 'Basic' };
      return { status: 401, headers, body: { detail: 'Incorrect username or password' } };
    }
    switch (`${request.method} ${request.path}`) {
      case 'POST /sdapi/v1/txt2img':
        return txt2img(request.json as Txt2ImgBody);
      case 'GET /sdapi/v1/progress':
        return progress(request);
      case 'GET /sdapi/v1/sd-models':
        return { body: [{ title: 'painter.safetensors', model_name: 'painter' }] };
      case 'POST /sdapi/v1/interrupt':
        return interrupt();
      default:
        return { status: 404, body: { detail: 'Not Found' } };
    }
  }

  const service = await createHttpStandIn(serve);
  const mendService = service.mend;
  const standIn: Automatic1111StandIn = Object.assign(service, {
    ...NORMAL,
    interrupted,
    runStranger() {
      const done = Promise.withResolvers<void>();
      void run('task(stranger)', () => false);
      void done.promise.then(() => running?.id === 'task(stranger)' && running.end());
      return done.resolve;
    },
    finish: () => running?.end(),
    mend() {
      Object.assign(standIn, NORMAL);
      running?.end();
      mendService();
    },
  });
  return standIn;
}
