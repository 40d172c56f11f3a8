import { SERVICE_KEY, type ServiceShape } from './service-stand-in.ts';

interface FalBody {
  readonly prompt: string;
  readonly seed: number;
  readonly image_size: { readonly width: number; readonly height: number };
}

/** Its queue: https://docs.fal.ai */
export const falShape: ServiceShape = {
  hasKey: ({ headers }) => headers.authorization === `Key ${SERVICE_KEY}`,
  answers: async ({ path, json }, tools) => {
    if (path === '/fal-ai/flux/schnell') {
      const { prompt, seed, image_size } = json as FalBody;
      const task = `${tools.url()}/requests/${await tools.begin({ prompt, seed, ...image_size })}`;
      return { body: { status_url: `${task}/status`, response_url: task, cancel_url: `${task}/cancel` } };
    }
    const [, id = '-1', look] = /^\/requests\/(\d+)(\/status|\/cancel)?$/.exec(path) ?? [];
    const url = tools.look(Number(id));
    if (look === '/status') return { body: { status: url === undefined ? 'IN_PROGRESS' : 'COMPLETED' } };
    return url === undefined ? undefined : { body: { images: [{ url }] } };
  },
};
