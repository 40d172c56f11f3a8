import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { toInfotext } from '../../../shared/picture/infotext.ts';

/** Pictures that contain their settings, in the format of each program. */

const plain = sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } });
export const png = await plain.clone().png().toBuffer();
export const SETTINGS = { prompt: 'a kiln, at night', negative_prompt: 'fog', seed: 5, steps: 20, guidance_scale: 6.5 };
export const SIZE = { width: 512, height: 768, shape: 'portrait' };

function withChunk(type: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length);
  chunk.write(type, 4, 'latin1');
  data.copy(chunk, 8);
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
}

export const withText = (name: string, text: string): Buffer =>
  withChunk('tEXt', Buffer.from(`${name}\0${text}`, 'latin1'));

/** TIFF with one UserComment, as piexif and sharp write it: byte order `II` or `MM`, text in UTF-16 of any order. */
export function toExif(comment: Buffer): Buffer {
  const exif = Buffer.alloc(44);
  exif.write('II*\0', 'latin1');
  exif.writeUInt32LE(8, 4);
  exif.writeUInt16LE(1, 8);
  exif.writeUInt16LE(0x8769, 10);
  exif.writeUInt16LE(4, 12);
  exif.writeUInt32LE(1, 14);
  exif.writeUInt32LE(26, 18);
  exif.writeUInt16LE(1, 26);
  exif.writeUInt16LE(0x9286, 28);
  exif.writeUInt16LE(7, 30);
  exif.writeUInt32LE(comment.length, 32);
  exif.writeUInt32LE(44, 36);
  return Buffer.concat([exif, comment]);
}

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const infotext = toInfotext({
  ...{ prompt: 'a kiln, at night', negativePrompt: 'fog', seed: 5, steps: 20, guidanceScale: 6.5 },
  ...{ width: 512, height: 768, engine: 'model' },
});

export async function toJpeg(exif: Buffer): Promise<Buffer> {
  const jpeg = await plain.clone().jpeg().toBuffer();
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exif]);
  const head = Buffer.from([0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 255]);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}

async function toWebp(exif: Buffer): Promise<Buffer> {
  const webp = await plain.clone().webp().toBuffer();
  const head = Buffer.alloc(8);
  head.write('EXIF', 'latin1');
  head.writeUInt32LE(exif.length, 4);
  return Buffer.concat([webp, head, exif, Buffer.alloc(exif.length % 2)]);
}

const COMFY = {
  '3': {
    class_type: 'KSampler',
    inputs: { seed: 5, steps: 20, cfg: 6.5, positive: ['9', 0], negative: ['7', 0], latent_image: ['5', 0] },
  },
  '5': { class_type: 'EmptySD3LatentImage', inputs: { width: 512, height: 768 } },
  '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a kiln, at night' } },
  '7': { class_type: 'CLIPTextEncode', inputs: { text: ['8', 0] } },
  '8': { class_type: 'PrimitiveString', inputs: { value: 'fog' } },
  '9': { class_type: 'FluxGuidance', inputs: { conditioning: ['6', 0] } },
};
const SWARM = {
  prompt: 'a kiln, at night',
  ...{ negativeprompt: 'fog', seed: 5, steps: 20, cfgscale: 6.5, width: 512, height: 768 },
};
const DRAW_THINGS = { c: 'a kiln, at night', uc: 'fog', seed: 5, steps: 20, scale: 6.5, size: '512x768' };
const toXmp = (comment: string): string =>
  `<x:xmpmeta><rdf:Description><exif:UserComment><rdf:Alt><rdf:li xml:lang="x-default">${comment}</rdf:li></rdf:Alt></exif:UserComment></rdf:Description></x:xmpmeta>`;

export const iTXt = (name: string, text: string, isPacked = false): Buffer => {
  const body = isPacked ? deflateSync(text) : Buffer.from(text);
  return withChunk('iTXt', Buffer.concat([Buffer.from(`${name}\0${isPacked ? '\x01' : '\0'}\0\0\0`, 'latin1'), body]));
};

/** Files with the same settings, as each program writes them. */
export const FILES: ReadonlyArray<readonly [name: string, writer: string, file: Buffer]> = [
  ['PNG of AUTOMATIC1111', 'AUTOMATIC1111', withText('parameters', infotext)],
  ['packed PNG text', 'AUTOMATIC1111', iTXt('parameters', infotext, true)],
  ['PNG of Forge', 'Forge', withText('parameters', `${infotext}, Version: f2.0.1v1.10.1`)],
  [
    'JPEG of AUTOMATIC1111',
    'AUTOMATIC1111',
    await toJpeg(toExif(Buffer.concat([Buffer.from('UNICODE\0'), utf16(infotext).swap16()]))),
  ],
  [
    'WebP with little-endian text',
    'AUTOMATIC1111',
    await toWebp(toExif(Buffer.concat([Buffer.from('UNICODE\0'), utf16(infotext)]))),
  ],
  ['PNG of ComfyUI', 'ComfyUI', withText('prompt', JSON.stringify(COMFY))],
  [
    'PNG of InvokeAI',
    'InvokeAI',
    withText(
      'invokeai_metadata',
      JSON.stringify({
        positive_prompt: SETTINGS.prompt,
        negative_prompt: 'fog',
        seed: 5,
        steps: 20,
        cfg_scale: 6.5,
        ...SIZE,
      }),
    ),
  ],
  ['PNG of NovelAI', 'NovelAI', withText('Comment', JSON.stringify({ ...SETTINGS, uc: 'fog', scale: 6.5, ...SIZE }))],
  ['PNG of SwarmUI', 'SwarmUI', withText('parameters', JSON.stringify({ sui_image_params: SWARM }))],
  [
    'PNG of Draw Things',
    'Draw Things',
    iTXt('XML:com.adobe.xmp', toXmp(JSON.stringify(DRAW_THINGS).replaceAll('"', '&quot;'))),
  ],
  ['PNG of Fooocus', 'Fooocus', withText('parameters', JSON.stringify({ ...SETTINGS, resolution: '(512, 768)' }))],
];
