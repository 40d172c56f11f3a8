import sharp from 'sharp';

/** Decodes a picture and resolves with its format and size: `png 768x768`. Rejects when it is no picture. */
export async function describePicture(picture: Uint8Array | string): Promise<string> {
  const bytes = typeof picture === 'string' ? Buffer.from(picture, 'base64') : picture;
  const { info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  const { format } = await sharp(bytes).metadata();
  return `${format} ${info.width}x${info.height}`;
}

export async function fetchPicture(url: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(url, { headers });
  if (!response.ok) throw new Error(`${response.status} for the picture`);
  return describePicture(new Uint8Array(await response.arrayBuffer()));
}
