import type { StandInReply, StandInRequest } from '../http-stand-in.ts';
import { readForm } from '../picture-host.ts';
import { SERVICE_KEY, type ServiceShape, type ServiceTools } from './service-stand-in.ts';

const RUN = '/accounts/acme/ai/run/';

async function readParameters(request: StandInRequest) {
  const isForm = request.headers['content-type']?.startsWith('multipart/') === true;
  const fields = isForm
    ? Object.fromEntries((await readForm(request)).entries())
    : (request.json as Record<string, unknown>);
  const { prompt, seed, width = 1024, height = 1024 } = fields;
  return { prompt, seed, width: Number(width), height: Number(height) };
}

async function answerJson(request: StandInRequest, tools: ServiceTools): Promise<StandInReply | undefined> {
  if (!request.path.startsWith(RUN)) return undefined;
  const image = (await tools.paint(await readParameters(request))).toString('base64');
  return { body: { result: { image }, success: true, errors: [], messages: [] } };
}

/** Some models answer with the picture itself. */
export async function answerBytes(request: StandInRequest, tools: ServiceTools): Promise<StandInReply | undefined> {
  if (!request.path.startsWith(RUN)) return undefined;
  return { headers: { 'content-type': 'image/png' }, body: await tools.paint(await readParameters(request)) };
}

/** Workers AI of the account `acme`. */
export const cloudflareShape: ServiceShape = {
  hasKey: ({ headers }) => headers.authorization === `Bearer ${SERVICE_KEY}`,
  answers: answerJson,
};
