import { openDB } from 'idb';

/** @import { Item } from './types.d.ts' */

/** What this browser stores: its pictures, and the jobs that have not ended. */

const database = openDB('easel', 1, {
  upgrade(opened) {
    opened.createObjectStore('items', { keyPath: 'id' }).createIndex('at', 'at');
  },
});

/** Whether something could not be stored, because the storage is full or a private window has none. */
export let isFull = false;

/** @param {Item} item */
export async function keep({ preview: _, isOffline: __, ...item }) {
  try {
    await (await database).put('items', item);
  } catch {
    isFull = true;
  }
}

/** @param {string} id */
export async function forget(id) {
  try {
    await (await database).delete('items', id);
    isFull = false;
  } catch {
    // It was never stored.
  }
}

/** Oldest first. @returns {Promise<Item[]>} */
export async function recall() {
  try {
    return await (await database).getAllFromIndex('items', 'at');
  } catch {
    return [];
  }
}
