import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLOUDINARY_ACCOUNT, createCloudinaryStandIn } from '../stand-ins/cloudinary/cloudinary-stand-in.ts';
import { createImgbbStandIn, IMGBB_KEY } from '../stand-ins/imgbb/imgbb-stand-in.ts';
import { createImgurStandIn } from '../stand-ins/imgur/imgur-stand-in.ts';
import type { PictureHost } from '../stand-ins/picture-host.ts';
import { createS3StandIn, S3_ACCOUNT } from '../stand-ins/s3/s3-stand-in.ts';
import { removeDirectory } from '../support/remove-directory.ts';
import { timeReplay, toOverheadFigures } from './overhead.ts';
import { createPictureService, paintGrain } from './pictures.ts';
import type { Figure, Section } from './report.ts';
import { startServices, timePicture } from './services.ts';

/** Time that uploading adds to the time of the hosts. */

const SIDE = 768;
const PICTURES = 20;
const WARM_UP = 3;

interface Subject {
  readonly store: string;
  readonly env: Readonly<Record<string, string>>;
  /** Names the reference. */
  readonly what: string;
  /** Stores the picture with the least code that does it. Resolves with the milliseconds. */
  timeAlone(): Promise<number>;
  close(): Promise<void>;
}

/** Sends the last upload again. */
const replayLast = (host: PictureHost) => async (): Promise<number> => {
  const last = host.requests.at(-1);
  if (last === undefined) throw new Error('nothing was uploaded');
  return timeReplay(host.url, [last]);
};

const BY_HAND = 'the same upload sent by hand';

async function createDiskSubject(picture: Buffer): Promise<Subject> {
  const directory = await mkdtemp(join(tmpdir(), 'easel-bench-'));
  const timeAlone = async (): Promise<number> => {
    const startedAt = performance.now();
    await writeFile(join(directory, 'picture.png'), picture);
    return performance.now() - startedAt;
  };
  const close = (): Promise<void> => removeDirectory(directory);
  return { store: 'disk', env: {}, what: 'one writeFile', timeAlone, close };
}

async function createImgurSubject(picture: Buffer): Promise<Subject> {
  // Imgur converts larger PNGs to JPEG. The stand-in must not, since that takes longer than all the rest.
  const imgur = await createImgurStandIn({ pngConversionBytes: Number.POSITIVE_INFINITY });
  imgur.setCredits({ clientRemaining: 1e6, userRemaining: 1e6 });
  const timeAlone = async (): Promise<number> => {
    const form = new FormData();
    form.set('image', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'picture.png');
    form.set('type', 'file');
    const startedAt = performance.now();
    const headers = { authorization: `Client-ID ${imgur.clientId}` };
    const response = await fetch(`${imgur.apiUrl}/image`, { method: 'POST', headers, body: form });
    await response.arrayBuffer();
    return performance.now() - startedAt;
  };
  const env = { IMGUR_API_URL: imgur.apiUrl, IMGUR_CLIENT_ID: imgur.clientId };
  return { store: 'imgur', env, what: BY_HAND, timeAlone, close: imgur.stop };
}

async function createHostSubjects(): Promise<Subject[]> {
  const s3 = await createS3StandIn();
  const cloudinary = await createCloudinaryStandIn();
  const imgbb = await createImgbbStandIn();
  const { region, bucket, accessKeyId, secretAccessKey } = S3_ACCOUNT;
  const toSubject = (store: string, host: PictureHost, env: Subject['env']): Subject => {
    return { store, env, what: BY_HAND, timeAlone: replayLast(host), close: host.close };
  };
  return [
    toSubject('s3', s3, {
      S3_ENDPOINT: s3.url,
      S3_REGION: region,
      S3_BUCKET: bucket,
      S3_ACCESS_KEY_ID: accessKeyId,
      S3_SECRET_ACCESS_KEY: secretAccessKey,
    }),
    toSubject('cloudinary', cloudinary, {
      CLOUDINARY_API_URL: cloudinary.apiUrl,
      CLOUDINARY_CLOUD_NAME: CLOUDINARY_ACCOUNT.cloudName,
      CLOUDINARY_UPLOAD_PRESET: CLOUDINARY_ACCOUNT.uploadPreset,
    }),
    toSubject('imgbb', imgbb, { IMGBB_API_URL: imgbb.apiUrl, IMGBB_API_KEY: IMGBB_KEY }),
  ];
}

async function measure({ store, env, what, timeAlone }: Subject, picture: Buffer): Promise<Figure[]> {
  const source = await createPictureService(picture);
  const services = await startServices({ ...source.env, STORES: store, ...env });
  try {
    const uploads: number[] = [];
    const alone: number[] = [];
    for (let index = -WARM_UP; index < PICTURES; index++) {
      const times = await timePicture(services.url, `prompt=picture+${index}`);
      const aloneMs = await timeAlone();
      if (index < 0) continue;
      uploads.push(times.stageMs('upload'));
      alone.push(aloneMs);
    }
    return toOverheadFigures(`${store}: upload's own`, uploads, { what, times: alone });
  } finally {
    await services.stop();
    await source.standIn.close();
  }
}

export const stores: Section = {
  name: 'stores',
  title: `Stores, beyond the time of the host behind them (a stand-in), a PNG of ${SIDE}x${SIDE}`,
  async measure() {
    const picture = await paintGrain(SIDE, 'png');
    const subjects = [
      await createDiskSubject(picture),
      await createImgurSubject(picture),
      ...(await createHostSubjects()),
    ];
    try {
      const figures: Figure[] = [{ what: 'the picture', value: picture.length / 1000, unit: 'kB' }];
      for (const subject of subjects) figures.push(...(await measure(subject, picture)));
      return figures;
    } finally {
      await Promise.all(subjects.map(({ close }) => close()));
    }
  },
};
