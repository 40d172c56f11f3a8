import type { StandInReply, StandInRequest } from '../http-stand-in.ts';
import { createPictureHost, type PictureHost, readFile, readForm } from '../picture-host.ts';

export const IMGBB_KEY = 'standin0imgbb0key0d41d8cd98f00b20';

export interface ImgbbStandIn extends PictureHost {
  /** What IMGBB_API_URL takes. */
  readonly apiUrl: string;
  readonly pictures: ReadonlyMap<string, Buffer>;
  /** Sends numbers as text, as imgbb sometimes does. */
  spellsNumbers: boolean;
  /** Seconds after which an upload is removed; 0: never. */
  expiration: number;
}

/** imgbb's API v1: one call, and the addresses of its pictures. */
export async function createImgbbStandIn(): Promise<ImgbbStandIn> {
  const pictures = new Map<string, Buffer>();

  async function serve(request: StandInRequest): Promise<StandInReply> {
    if (request.method === 'GET') {
      const bytes = pictures.get(request.target);
      return bytes === undefined ? { status: 404 } : { status: 200, body: bytes };
    }
    if (request.target !== '/1/upload') return { status: 404, body: '<html>Not found</html>' };
    const form = await readForm(request);
    if (form.get('key') !== IMGBB_KEY) return failure('Invalid API v1 key.', 100);
    const file = await readFile(form, 'image');
    if (file === undefined) return failure('Empty upload source.', 130);
    const id = `st${pictures.size + 1}nd`;
    const path = `/${id}/${form.get('name')}.${file.type.replace('image/', '').replace('jpeg', 'jpg')}`;
    pictures.set(path, file.bytes);
    const spell = (number: number): number | string => (standIn.spellsNumbers ? String(number) : number);
    const data = {
      id,
      url: `${host.url}${path}`,
      delete_url: `${host.url}/${id}/delete0secret0${id}`,
      size: spell(file.bytes.length),
      time: spell(1_700_000_000),
      expiration: spell(standIn.expiration),
      image: { mime: file.type },
    };
    return { status: 200, headers: { 'content-type': 'application/json' }, body: { data, success: true, status: 200 } };
  }

  const host = await createPictureHost(serve);
  const standIn: ImgbbStandIn = { ...host, apiUrl: `${host.url}/1`, pictures, spellsNumbers: false, expiration: 0 };
  return standIn;
}

/** Every refusal is HTTP 400; a spent limit and a wrong key share code 100. */
export const failure = (message: string, code: number): StandInReply => ({
  status: 400,
  headers: { 'content-type': 'application/json' },
  body: { status_code: 400, error: { message, code, context: 'stand-in' }, status_txt: 'Bad Request' },
});
