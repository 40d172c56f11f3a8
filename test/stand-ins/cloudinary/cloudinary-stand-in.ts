import type { StandInReply, StandInRequest } from '../http-stand-in.ts';
import { createPictureHost, type PictureHost, readFile, readForm } from '../picture-host.ts';

export const CLOUDINARY_ACCOUNT = { cloudName: 'easel-cloud', uploadPreset: 'standin_unsigned_preset' } as const;

const MAX_BYTES = 10_485_760;

export interface CloudinaryStandIn extends PictureHost {
  /** What CLOUDINARY_API_URL takes. */
  readonly apiUrl: string;
  readonly pictures: ReadonlyMap<string, Buffer>;
}

/** Cloudinary's unsigned upload, and the addresses of its pictures. */
export async function createCloudinaryStandIn(): Promise<CloudinaryStandIn> {
  const pictures = new Map<string, Buffer>();

  async function serve(request: StandInRequest): Promise<StandInReply> {
    if (request.method === 'GET') {
      const bytes = pictures.get(request.target);
      return bytes === undefined ? { status: 404 } : { status: 200, body: bytes };
    }
    if (request.target !== `/v1_1/${CLOUDINARY_ACCOUNT.cloudName}/image/upload`)
      return failure(401, 'cloud_name mismatch');
    const form = await readForm(request);
    const preset = form.get('upload_preset');
    if (preset === null) return failure(400, 'Upload preset must be specified when using unsigned upload');
    if (preset !== CLOUDINARY_ACCOUNT.uploadPreset) return failure(400, `Upload preset not found: ${preset}`);
    const file = await readFile(form, 'file');
    if (file === undefined) return failure(400, 'Missing required parameter - file');
    const size = file.bytes.length;
    if (size > MAX_BYTES) return failure(400, `File size too large. Got ${size}. Maximum is ${MAX_BYTES}.`);
    return { status: 200, body: keep(String(form.get('public_id')), file) };
  }

  function keep(publicId: string, { bytes, type }: { bytes: Buffer; type: string }): Record<string, unknown> {
    const format = type.replace('image/', '').replace('jpeg', 'jpg');
    const path = `/${CLOUDINARY_ACCOUNT.cloudName}/image/upload/v1/${publicId}.${format}`;
    const existing = pictures.has(path);
    if (!existing) pictures.set(path, bytes);
    return { public_id: publicId, version: 1, format, bytes: bytes.length, secure_url: `${host.url}${path}`, existing };
  }

  const host = await createPictureHost(serve);
  return { ...host, apiUrl: `${host.url}/v1_1`, pictures };
}

export const failure = (status: number, message: string, headers: Record<string, string> = {}): StandInReply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: { error: { message } },
});
