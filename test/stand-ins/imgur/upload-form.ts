/** An upload's fields as the client sent them. */
export type UploadForm = {
  /** The picture, whichever way it came; null when there is none. */
  bytes: Buffer | null;
  encoding: 'file' | 'base64' | 'url' | 'none';
  title: string | null;
  description: string | null;
  name: string | null;
};

const emptyForm: UploadForm = { bytes: null, encoding: 'none', title: null, description: null, name: null };

/** Reads multipart or urlencoded fields; anything else holds no picture. */
export async function toUploadForm(contentType: string, body: Buffer): Promise<UploadForm> {
  const isForm = /^(multipart\/form-data|application\/x-www-form-urlencoded)/i.test(contentType);
  if (!isForm) return emptyForm;
  const headers = { 'content-type': contentType };
  // A body that breaks off or has the wrong boundary is an upload without a picture.
  const form = await new Response(new Uint8Array(body), { headers }).formData().catch(() => null);
  if (!form) return emptyForm;
  const text = (field: string): string | null => {
    const value = form.get(field);
    return typeof value === 'string' ? value : null;
  };
  const fields = { title: text('title'), description: text('description'), name: text('name') };

  const image = form.get('image');
  if (image === null || image === '') return { ...emptyForm, ...fields };
  if (typeof image !== 'string') {
    return { ...fields, bytes: Buffer.from(await image.arrayBuffer()), encoding: 'file' };
  }
  if (/^https?:\/\//.test(image)) return { ...fields, bytes: await fetchBytes(image), encoding: 'url' };
  return { ...fields, bytes: Buffer.from(image, 'base64'), encoding: 'base64' };
}

async function fetchBytes(url: string): Promise<Buffer> {
  const response = await fetch(url).catch(() => null);
  // Nothing at that address is answered as a file whose type is invalid.
  return response?.ok ? Buffer.from(await response.arrayBuffer()) : Buffer.alloc(0);
}
