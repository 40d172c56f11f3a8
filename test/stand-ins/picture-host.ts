import { type Answer, createHttpStandIn, type HttpStandIn, type Serve, type StandInRequest } from './http-stand-in.ts';

export interface PictureHost extends Pick<HttpStandIn, 'url' | 'nextRequest' | 'mend' | 'close'> {
  /** Uploads and removals, oldest first, without downloads. */
  readonly requests: readonly StandInRequest[];
  /** From now on every upload and removal gets this answer. */
  answer(answer: Answer): void;
}

/** A local server for hosts of pictures: it serves, records, and misbehaves on demand. */
export async function createPictureHost(serve: Serve): Promise<PictureHost> {
  const standIn = await createHttpStandIn(serve);
  const { url, nextRequest, close } = standIn;
  const requests: StandInRequest[] = [];

  const answer = (given: Answer | undefined): void =>
    standIn.interfere((request) => {
      if (request.method === 'GET') return undefined;
      requests.push(request);
      return given;
    });
  answer(undefined);

  return {
    url,
    requests,
    answer,
    nextRequest,
    mend() {
      standIn.mend();
      answer(undefined);
    },
    close,
  };
}

/** The fields of a multipart form. */
export async function readForm({ headers, body }: StandInRequest): Promise<FormData> {
  const type = { 'content-type': headers['content-type'] ?? '' };
  return new Response(new Uint8Array(body), { headers: type }).formData();
}

export async function readFile(form: FormData, field: string): Promise<{ bytes: Buffer; type: string } | undefined> {
  const file = form.get(field);
  if (file === null || typeof file === 'string') return undefined;
  return { bytes: Buffer.from(await file.arrayBuffer()), type: file.type };
}
