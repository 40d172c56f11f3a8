import { Failure } from './call-api.js';
import { config, pause } from './config.js';

const ATTEMPTS = 3;

/** The picture's bytes; three attempts, then a beacon. What the bytes are is not looked at. */
export async function downloadPicture(reply) {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const response = await fetch(reply.imageDownloadUrl).catch(() => null);
    if (response?.ok) return response.arrayBuffer();
    if (attempt < ATTEMPTS) await pause(config.timings.downloadPauseMs);
  }
  fetch('/api/imageDownloadClientFail').catch(() => null);
  throw new Failure('The image could not be downloaded.');
}

export function toDataUrl(bytes, mediaType) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(new Blob([bytes], { type: mediaType }));
  });
}
