import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { createOpenaiStandIn, OPENAI_KEY, type OpenaiStandIn } from '../stand-ins/openai/openai-stand-in.ts';

/** Pictures with as many bytes as those of models, from a service that answers at once. */

/** Soft colours with a grain. Noise alone would have twice the bytes of any picture, one flat colour a hundredth. */
export async function paintGrain(side: number, format: 'png' | 'jpeg'): Promise<Buffer> {
  const cells = 32;
  const colours = { raw: { width: cells, height: cells, channels: 3 as const } };
  const soft = await sharp(randomBytes(cells * cells * 3), colours)
    .resize(side, side, { kernel: 'cubic' })
    .raw()
    .toBuffer();
  const grain = randomBytes(soft.length);
  const grained = soft.map((value, index) => Math.min(255, value + ((grain[index] ?? 0) & 3)));
  const picture = sharp(grained, { raw: { width: side, height: side, channels: 3 } });
  return picture
    .toFormat(format, format === 'jpeg' ? { quality: 95 } : { compressionLevel: 2, adaptiveFiltering: true })
    .toBuffer();
}

export interface PictureService {
  readonly standIn: OpenaiStandIn;
  readonly env: Readonly<Record<string, string>>;
}

/** An `openai` server that always answers this picture. */
export async function createPictureService(picture: Buffer): Promise<PictureService> {
  const standIn = await createOpenaiStandIn('openai');
  const body = { created: 1, data: [{ b64_json: picture.toString('base64') }] };
  standIn.interfere(() => ({ body }));
  const env = { ENGINES: 'openai', OPENAI_BASE_URL: `${standIn.url}/v1`, OPENAI_API_KEY: OPENAI_KEY };
  return { standIn, env };
}
