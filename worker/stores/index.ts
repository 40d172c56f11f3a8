import { disk } from './disk/index.ts';
import { imgur } from './imgur/index.ts';
import type { StorePlugin } from './store.ts';

/** Every store that there is; STORES chooses from it. */
export const stores: readonly StorePlugin[] = [imgur, disk];
