import { items, update } from './work.js';

/** @import { Item } from './types.d.ts' */

/** The history as a file. Each line holds one picture as JSON, with its small copy as a data URL. */

/** @param {Blob} blob @returns {Promise<string>} */
function toDataUrl(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

/** @param {string} url only a URL that `toDataUrl` made is read */
function toBlob(url) {
  const [, type = '', text = ''] = /^data:(image\/(?:webp|png|jpeg));base64,([A-Za-z\d+/=]+)$/.exec(url) ?? [];
  return type === '' ? undefined : new Blob([Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))], { type });
}

export async function exportItems() {
  const lines = [];
  for (const { thumb, job: _, preview: __, ...item } of items.values()) {
    if (item.status !== 'done') continue;
    lines.push(`${JSON.stringify({ ...item, ...(thumb !== undefined && { thumb: await toDataUrl(thumb) }) })}\n`);
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(lines, { type: 'application/jsonl' }));
  link.download = 'easel-history.jsonl';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Adds pictures that are not in the history yet. Other lines are skipped. @param {File} file */
export async function importItems(file) {
  for (const line of (await file.text()).split('\n')) {
    const item = readLine(line);
    if (item === undefined || items.has(item.id)) continue;
    items.set(item.id, item);
    update(item, {});
  }
}

/** @param {string} line @returns {Item | undefined} */
function readLine(line) {
  try {
    const { id, at, wishes, url, engine, width, height, seconds, favourite, thumb } = JSON.parse(line);
    const { prompt, seed, shape } = wishes;
    const isWhole =
      [id, prompt, shape, url].every((text) => typeof text === 'string') && [at, seed].every(Number.isFinite);
    if (!isWhole || !/^https?:\/\//.test(url)) return undefined;
    const blob = typeof thumb === 'string' ? toBlob(thumb) : undefined;
    const item = {
      id,
      at,
      wishes,
      url,
      engine,
      width,
      height,
      seconds,
      favourite,
      status: /** @type {const} */ ('done'),
    };
    return { ...item, ...(blob !== undefined && { thumb: blob }) };
  } catch {
    return undefined;
  }
}
