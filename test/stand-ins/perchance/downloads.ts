import { createHash, randomBytes } from 'node:crypto';

export type Download = {
  bytes: Buffer;
  /** The service says `image/jpeg` or `image/webp`. */
  mediaType: string;
  /** The bytes' SHA-256, 64 hexadecimal digits. */
  imageId: string;
};

export type Downloads = {
  /** Keeps a picture and returns its token, `v1.<text>`. */
  add(bytes: Buffer, mediaType: string): { token: string; imageId: string };
  find(token: string): Download | null;
  /** A token is good for one download: several clients report so. */
  remove(token: string): void;
  clear(): void;
};

export function createDownloads(): Downloads {
  const downloads = new Map<string, Download>();
  return {
    add(bytes, mediaType) {
      const token = `v1.${randomBytes(24).toString('base64url')}`;
      const imageId = createHash('sha256').update(bytes).digest('hex');
      downloads.set(token, { bytes, mediaType, imageId });
      return { token, imageId };
    },
    find: (token) => downloads.get(token) ?? null,
    remove: (token) => downloads.delete(token),
    clear: () => downloads.clear(),
  };
}
