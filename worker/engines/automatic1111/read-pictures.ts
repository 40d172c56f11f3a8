import { AppError } from '../../../shared/errors.ts';
import { isSuccess, readJson, requireBase64Picture, type UpstreamReply } from '../../upstream/upstream.ts';
import type { EngineOutput } from '../engine.ts';
import { infoSchema, txt2imgReplySchema } from './schema.ts';

/** Undefined if the answer does not come from `txt2img`. */
export function readPictures(reply: UpstreamReply, count: number): EngineOutput | undefined {
  const answer = isSuccess(reply) ? txt2imgReplySchema.safeParse(readJson(reply)).data : undefined;
  if (answer === undefined) return undefined;
  const info = readInfo(answer.info);
  const pictures = answer.images.slice(info.index_of_first_image ?? 0).slice(0, count);
  if (pictures.length < count) {
    throw new AppError('engine_failed', `${reply.call}: ${pictures.length} of ${count} pictures came`);
  }
  const seedOf = (index: number): number | undefined =>
    info.all_seeds?.[index] ?? (typeof info.seed === 'number' ? info.seed + index : undefined);
  const images = pictures.map((base64, index) => ({
    bytes: requireBase64Picture(base64, reply.call),
    seed: seedOf(index),
  }));
  return { images, warnings: [] };
}

function readInfo(text: string | null | undefined) {
  try {
    return infoSchema.safeParse(JSON.parse(text ?? '')).data ?? {};
  } catch {
    /** Some servers with this API leave it empty. Then no seeds are reported. */
    return {};
  }
}
