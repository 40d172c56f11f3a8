import { SERVICE_KEY, type ServiceShape } from './service-stand-in.ts';

/** Answers with the picture's bytes. */
export const pollinationsShape: ServiceShape = {
  hasKey: ({ headers }) => headers.authorization === `Bearer ${SERVICE_KEY}`,
  answers: async ({ path, query }, tools) => {
    if (!path.startsWith('/image/')) return undefined;
    const [width, height] = [Number(query.get('width')), Number(query.get('height'))];
    const body = await tools.paint({ prompt: decodeURIComponent(path), seed: query.get('seed'), width, height });
    return { headers: { 'content-type': 'image/png' }, body };
  },
};
