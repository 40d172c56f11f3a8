import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import { readSettings } from '../../shared/service/config.ts';
import { stores } from '../../worker/stores/index.ts';
import type { PictureToStore } from '../../worker/stores/store.ts';
import { openServices, skipUnlessNamed } from './true-services.ts';

/** Hosts over the internet, each with the settings of the worker; `disk` has its tests already. */
const hosts = stores.filter(({ name }) => name !== 'disk');
const LIMIT_MS = 60_000;

async function draw(): Promise<PictureToStore> {
  const size = { width: 64, height: 48 };
  const bytes = await sharp({ create: { ...size, channels: 3, background: '#2a6' } })
    .png()
    .toBuffer();
  return { ...size, id: randomBytes(16).toString('hex'), bytes, mediaType: 'image/png' };
}

describe('the true services of stores', () => {
  for (const plugin of hosts) {
    const { name } = plugin;
    test(`${name} keeps one small picture, and removes it`, {
      skip: skipUnlessNamed(name),
      timeout: LIMIT_MS,
    }, async (t) => {
      const services = await openServices();
      try {
        const store = plugin.create(readSettings(plugin.settings, process.env), services);
        const picture = await draw();
        const stored = await store.put(picture, { signal: t.signal });
        const answer = await fetch(stored.url, { signal: t.signal });
        const { width, height } = await sharp(await answer.arrayBuffer()).metadata();
        assert.deepEqual({ width, height }, { width: picture.width, height: picture.height });
        await store.remove?.({ id: picture.id, ...stored }, { signal: t.signal });
      } finally {
        await services.close();
      }
    });
  }
});
