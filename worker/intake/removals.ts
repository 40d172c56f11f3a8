import type { Removal } from '../../shared/contract/wire.ts';
import { invalidRequest } from '../../shared/errors.ts';
import type { Shelf } from '../production/shelf.ts';
import type { Store } from '../stores/store.ts';

export type Remove = (removal: Removal, signal: AbortSignal) => Promise<void>;

/** Removes a picture: at its host first, since that copy is public, then from the shelf. */
export function createRemove(stores: readonly Store[], shelf: Pick<Shelf, 'remove'>): Remove {
  return async ({ store: name, pictureId, url, deleteToken }, signal) => {
    const store = stores.find((candidate) => candidate.name === name);
    if (store?.remove === undefined) throw cannotRemove(name, stores);
    await store.remove({ id: pictureId, url, deleteToken }, { signal });
    await shelf.remove(pictureId);
  };
}

function cannotRemove(name: string, stores: readonly Store[]) {
  const able = stores.filter(({ remove }) => remove !== undefined).map((store) => store.name);
  const message = `store: ${name} offers no removal here; those that do are ${able.join(', ') || 'none'}.`;
  return invalidRequest([{ field: 'store', message }]);
}
