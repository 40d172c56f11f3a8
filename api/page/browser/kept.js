/** @import { Item } from './types.d.ts' */

/** What this browser stores: its pictures, and the jobs that have not ended. */

const database = openDatabase();

/** A private window may have no storage, and then opening throws or fails. @returns {Promise<IDBDatabase>} */
async function openDatabase() {
  const opening = indexedDB.open('easel', 1);
  return new Promise((resolve, reject) => {
    opening.onupgradeneeded = () =>
      opening.result.createObjectStore('items', { keyPath: 'id' }).createIndex('at', 'at');
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

/**
 * Resolves when everything is written, because a full disk shows only then.
 * @template Result
 * @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest<Result>} ask
 */
async function run(mode, ask) {
  const transaction = (await database).transaction('items', mode);
  const request = ask(transaction.objectStore('items'));
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  return request.result;
}

/** Pictures that found no room. They are stored as soon as others are removed. @type {Map<string, Item>} */
const unkept = new Map();

/** Whether something could not be stored, because the storage is full or a private window has none. */
export const isFull = () => unkept.size > 0;

/** @param {Item} item */
export async function keep(item) {
  const { preview: _, isOffline: __, ...kept } = item;
  try {
    await run('readwrite', (store) => store.put(kept));
    unkept.delete(item.id);
  } catch {
    unkept.set(item.id, item);
  }
}

/** @param {string} id */
export async function forget(id) {
  unkept.delete(id);
  // A browser without storage never stored it.
  await run('readwrite', (store) => store.delete(id)).catch(() => undefined);
  for (const item of [...unkept.values()]) await keep(item);
}

/** Oldest first. @returns {Promise<Item[]>} */
export async function recall() {
  try {
    return await run('readonly', (store) => store.index('at').getAll());
  } catch {
    return [];
  }
}
