import { openDB } from 'idb';

/** @import { Item } from './types.d.ts' */

/** What this browser remembers: its pictures and the jobs that are still to come back for. */

const database = openDB('easel', 1, {
  upgrade(opened) {
    opened.createObjectStore('items', { keyPath: 'id' }).createIndex('at', 'at');
  },
});

/** Whether something could not be kept, because the storage is full or this window keeps nothing. */
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
    // It was never kept.
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
