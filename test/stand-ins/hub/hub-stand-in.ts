import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHttpStandIn, type HttpStandIn, type StandInReply, type StandInRequest } from '../http-stand-in.ts';

export const HUB_REPOSITORY = 'acme/tiny-onnx';
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

export interface HubStandIn extends HttpStandIn {
  /** Replaces a file's bytes when it is fetched, not in the listing. */
  tamper: ((path: string, bytes: Buffer) => Buffer) | undefined;
}

/** Hugging Face's hub with one repository: what a directory holds, models in large file storage, in pages of five. */
export async function createHubStandIn(directory: string): Promise<HubStandIn> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = names.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const files = new Map<string, Buffer>();
  for (const path of paths) files.set(path.slice(directory.length + 1), await readFile(path));
  const others = ['README.md', 'vae_encoder/model.onnx', 'unet/model_fp16.onnx', 'unet/model.safetensors'];
  for (const other of others) files.set(other, Buffer.from('not for the engine'));

  const entries = [...files].map(([path, bytes]) => {
    const oid = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const isLarge = path.includes('.onnx');
    return {
      type: 'file',
      path,
      size: bytes.length,
      oid,
      ...(isLarge && { lfs: { oid: sha256, size: bytes.length } }),
    };
  });

  function serve({ path, query, headers }: StandInRequest): StandInReply {
    const api = `/api/models/${HUB_REPOSITORY}`;
    if (path === `${api}/revision/main`) return { body: { sha: COMMIT, cardData: { license: 'mit' } } };
    if (path === `${api}/tree/${COMMIT}`) {
      const from = Number(query.get('cursor') ?? 0);
      const next = `<${standIn.url}${path}?recursive=1&cursor=${from + 5}>; rel="next"`;
      return { body: entries.slice(from, from + 5), headers: from + 5 < entries.length ? { link: next } : {} };
    }
    const file = path.startsWith(`/${HUB_REPOSITORY}/resolve/${COMMIT}/`) ? path.split('/').slice(5).join('/') : '';
    const listed = files.get(file);
    if (listed === undefined) return { status: 404, body: { error: 'not found' } };
    const bytes = standIn.tamper?.(file, listed) ?? listed;
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    if (from === 0) return { headers: { 'content-type': 'application/octet-stream' }, body: bytes };
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    return { status: 206, headers: { 'content-range': range }, body: bytes.subarray(from) };
  }

  const standIn: HubStandIn = Object.assign(await createHttpStandIn(serve), { tamper: undefined });
  return standIn;
}
