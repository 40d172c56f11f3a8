import { cloudinary } from './cloudinary/index.ts';
import { disk } from './disk/index.ts';
import { imgbb } from './imgbb/index.ts';
import { imgur } from './imgur/index.ts';
import { s3 } from './s3/index.ts';
import type { StorePlugin } from './store.ts';

/** All stores. Setting STORES chooses from them. */
export const stores: readonly StorePlugin[] = [imgur, disk, s3, cloudinary, imgbb];
