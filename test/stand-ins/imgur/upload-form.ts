/** An upload's fields as the client sent them. */
export type UploadForm = {
  /** The picture in whatever form it came, or null. */
  bytes: Buffer | null;
  encoding: 'file' | 'base64' | 'url' | 'none';
  title: string | null;
  description: string | null;
  name: string | null;
};

const emptyForm: UploadForm = { bytes: null, encoding: 'none', title: null, description: null, name: null };

/** Reads multipart or urlencoded fields. Any other body has no picture. */
export async function toUploadForm(contentType: string, body: Buffer): Promise<UploadForm> {
  const isForm = /^(multipart\/form-data|application\/x-www-form-urlencoded)/i.test(contentType);
  if (!isForm) return emptyForm;
  const headers = { 'content-type': contentType };
  // A body that is cut off or has the wrong boundary counts as an upload without a picture.
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
  // If nothing is at that address, the service answers as for a file of an invalid type.
  return response?.ok ? Buffer.from(await response.arrayBuffer()) : Buffer.alloc(0);
}
