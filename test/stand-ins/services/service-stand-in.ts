import { createHttpStandIn, type HttpStandIn, type StandInReply, type StandInRequest } from '../http-stand-in.ts';
import { pictureOf } from '../picture-of.ts';

export const SERVICE_KEY = 'key_StandInStandInStandInStandIn';

/** The request from which a service paints. An equal request gives the same picture. */
export interface PaintRequest {
  readonly prompt: unknown;
  readonly seed: unknown;
  readonly width: number;
  readonly height: number;
}

/** The parts of a service: painting, hosting files, and work that takes some looks. */
export interface ServiceTools {
  readonly url: () => string;
  paint(request: PaintRequest): Promise<Buffer>;
  /** The address of a picture that the service keeps, as its answers name it. */
  host(request: PaintRequest): Promise<string>;
  /** Starts work that takes a few looks. Resolves with its number. */
  begin(request: PaintRequest): Promise<number>;
  /** The picture's address. Undefined until the work is done. */
  look(task: number): string | undefined;
}

export interface ServiceStandIn extends HttpStandIn {
  neverEnds: boolean;
  /** The host that answers name for tasks, if it is not the service itself. */
  elsewhere: string | undefined;
  /** The same for pictures. */
  filesElsewhere: string | undefined;
}

export type ServiceAnswers = (
  request: StandInRequest,
  tools: ServiceTools,
) => Promise<StandInReply | undefined> | StandInReply | undefined;

/** How one service behaves. */
export interface ServiceShape {
  readonly hasKey: (request: StandInRequest) => boolean;
  readonly answers: ServiceAnswers;
}

const LOOKS_BEFORE_DONE = 2;
const BEHAVIOUR = { neverEnds: false, elsewhere: undefined, filesElsewhere: undefined };

/** A local service of the shape "submit, poll, fetch". It demands the key for all calls except files. */
export async function createServiceStandIn({ hasKey, answers }: ServiceShape): Promise<ServiceStandIn> {
  const files: Buffer[] = [];
  const tasks: { readonly picture: string; looks: number }[] = [];
  const paint = ({ prompt, seed, width, height }: PaintRequest): Promise<Buffer> =>
    pictureOf([prompt, String(seed)], { width, height }, 'png');

  const tools: ServiceTools = {
    url: () => standIn.elsewhere ?? standIn.url,
    paint,
    host: async (request) =>
      `${standIn.filesElsewhere ?? standIn.url}/files/${files.push(await paint(request)) - 1}.png`,
    begin: async (request) => tasks.push({ picture: await tools.host(request), looks: 0 }) - 1,
    look: (index) => {
      const task = tasks[index];
      if (task === undefined || standIn.neverEnds) return undefined;
      task.looks += 1;
      return task.looks > LOOKS_BEFORE_DONE ? task.picture : undefined;
    },
  };

  const service = await createHttpStandIn(async (request) => {
    const file = files[Number(/^\/files\/(\d+)\.png$/.exec(request.path)?.[1] ?? -1)];
    if (file !== undefined) {
      // The host of pictures is another one than the service, so it must not get the key.
      if (hasKey(request)) return { status: 400, body: 'the key came to the files' };
      return { headers: { 'content-type': 'image/png' }, body: file };
    }
    if (!hasKey(request)) return { status: 401, body: { detail: 'no valid key' } };
    return (await answers(request, tools)) ?? { status: 404, body: { detail: 'not found' } };
  });
  const mendService = service.mend;
  const standIn: ServiceStandIn = Object.assign(service, {
    ...BEHAVIOUR,
    mend() {
      Object.assign(standIn, BEHAVIOUR);
      mendService();
    },
  });
  return standIn;
}
