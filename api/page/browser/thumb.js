const SIDE = 192;

/**
 * A small copy for the history. Undefined if another host's picture may be shown but not read.
 * @param {string} url
 * @returns {Promise<Blob | undefined>}
 */
export async function toThumb(url) {
  if (new URL(url).origin !== location.origin) return undefined;
  try {
    const picture = new Image();
    picture.src = url;
    await picture.decode();
    const scale = Math.min(1, SIDE / Math.max(picture.naturalWidth, picture.naturalHeight));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(picture.naturalWidth * scale);
    canvas.height = Math.round(picture.naturalHeight * scale);
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? undefined), 'image/webp', 0.8));
  } catch {
    return undefined;
  }
}
