import { randomUUID } from 'node:crypto';
import { GUIDE, SettingsError, text, url } from '../../../shared/service/config.ts';
import type { Logger } from '../../../shared/service/log.ts';
import { type Clock, toAbortError } from '../../../shared/wait.ts';
import { parseVendorOptions } from '../../upstream/vendor-options.ts';
import type { Engine, EngineContext, EngineLimits, EngineOutput, EnginePlugin, EngineRequest } from '../engine.ts';
import { toFailure } from './failures.ts';
import { createInterrupter } from './interrupter.ts';
import { probeAutomatic1111 } from './probe.ts';
import { readPictures } from './read-pictures.ts';
import { type Automatic1111Options, automatic1111OptionsSchema } from './schema.ts';
import { createServer } from './server.ts';
import { watchTask } from './watch.ts';

const settings = {
  AUTOMATIC1111_URL: url('The server of the automatic1111 engine, without /sdapi'),
  AUTOMATIC1111_AUTH: text('User and password of its --api-auth', { format: 'user:password', secret: true }),
};

/** The API's own defaults. It does not say which sizes suit the loaded model. */
const LIMITS: EngineLimits = {
  sizes: { multipleOf: 8, min: 64, max: 2048 },
  shapes: {
    square: { width: 512, height: 512 },
    portrait: { width: 512, height: 768 },
    landscape: { width: 768, height: 512 },
  },
  maxCount: 8,
  seed: true,
  negativePrompt: true,
  guidanceScale: { min: 1, max: 30, default: 7 },
  steps: { min: 1, max: 150, step: 1, default: 20 },
  samplers: 'any',
  schedulers: 'any',
};

interface Automatic1111Config {
  readonly serverUrl: string;
  /** `user:password` */
  readonly auth?: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Any server with AUTOMATIC1111's `/sdapi/v1`. One call stays open until the pictures are done. */
export function createAutomatic1111({ serverUrl, auth, clock, log }: Automatic1111Config): Engine {
  const server = createServer({
    url: serverUrl,
    authorization: auth === undefined ? undefined : `Basic ${encode(auth)}`,
  });
  const interrupter = createInterrupter({ server, clock, log });

  async function generate(request: EngineRequest, { signal, onProgress }: EngineContext): Promise<EngineOutput> {
    if (signal.aborted) throw toAbortError(signal);
    const options = parseVendorOptions('automatic1111', automatic1111OptionsSchema, request.options);
    /** Unique, so that our task differs from all others. It has the form that the server's own pages use. */
    const taskId = `task(easel-${randomUUID()})`;
    const done = new AbortController();
    onProgress({ stage: 'generate' });
    const watching = AbortSignal.any([signal, done.signal]);
    const watch = watchTask({ server, clock, taskId, signal: watching, onProgress, previews: request.previews });
    try {
      const reply = await server.txt2img(toBody(request, options, taskId), signal);
      const output = readPictures(reply, request.count);
      if (output !== undefined) return output;
      throw toFailure(reply, [...secretsOf(auth), request.prompt, request.negativePrompt], clock.now());
    } catch (error) {
      if (signal.aborted) interrupter.interrupt(taskId);
      throw error;
    } finally {
      done.abort();
      await watch;
    }
  }

  return {
    name: 'automatic1111',
    limits: LIMITS,
    generate,
    probe: ({ signal }) => {
      const secrets = secretsOf(auth);
      return probeAutomatic1111({ server, hasAuth: auth !== undefined, secrets, now: clock.now(), signal });
    },
    stop: () => interrupter.stop(),
  };
}

const encode = (auth: string): string => Buffer.from(auth).toString('base64');

const secretsOf = (auth: string | undefined): string[] =>
  auth === undefined ? [] : [auth, encode(auth), auth.slice(auth.indexOf(':') + 1)];

function toBody(request: EngineRequest, options: Automatic1111Options, taskId: string) {
  return {
    prompt: request.prompt,
    negative_prompt: request.negativePrompt,
    seed: request.seed,
    steps: request.steps,
    cfg_scale: request.guidanceScale,
    width: request.width,
    height: request.height,
    batch_size: request.count,
    n_iter: 1,
    sampler_name: request.sampler,
    scheduler: request.scheduler,
    send_images: true,
    save_images: false,
    force_task_id: taskId,
    ...options,
  };
}

export const automatic1111: EnginePlugin<typeof settings> = {
  name: 'automatic1111',
  settings,
  create({ AUTOMATIC1111_URL: serverUrl, AUTOMATIC1111_AUTH: auth }, { clock, log }) {
    if (serverUrl === undefined) throw missing('AUTOMATIC1111_URL', 'the address of the server, as http://host:7860');
    if (auth !== undefined && !auth.includes(':')) throw missing('AUTOMATIC1111_AUTH', 'user:password');
    return createAutomatic1111({ serverUrl, auth, clock, log });
  },
};

const missing = (name: string, format: string): SettingsError =>
  new SettingsError(`${name}: expected ${format} (${GUIDE}#${name.toLowerCase()})`);
