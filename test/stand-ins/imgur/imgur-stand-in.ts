import { createLoopbackOrigin } from '../loopback-origin.ts';
import { createWaits } from '../waits.ts';
import { type Credits, createCreditAccount } from './credits.ts';
import { createImgurApp, type ImgurCall } from './imgur-app.ts';
import { type Behaviour, type ImgurMode, modes, normalBehaviour } from './modes.ts';
import type { ImgurLimits, Service } from './service.ts';
import type { StoredPicture } from './stored-picture.ts';

export type ImgurStandIn = {
  /** The server's origin; pictures are at `<url>/i/<id>.<ext>`. */
  url: string;
  /** What `IMGUR_API_URL` takes: ends in `/3`. */
  apiUrl: string;
  /** A client id that is known. */
  clientId: string;
  /** The stored pictures, oldest first, including deleted ones and those whose reply was cut off. */
  uploads: readonly StoredPicture[];
  requests: readonly ImgurCall[];
  credits(): Credits;
  setCredits(changes: Partial<Credits>): void;
  /** Applies the mode's patch to the normal behaviour, then `changes`. Ends every held reply. */
  setMode(mode: ImgurMode, changes?: Partial<Behaviour>): void;
  /** Back to mode `ok`, with full credits and without pictures and records. */
  reset(): void;
  stop(): Promise<void>;
};

export type ImgurStandInOptions = Partial<ImgurLimits> & { mode?: ImgurMode; credits?: Partial<Credits> };

const defaultLimits: ImgurLimits = {
  clientIds: ['standin0client1'],
  maxBytes: 10 * 1024 * 1024,
  pngConversionBytes: 1024 * 1024,
};

/** A local Imgur: version 3 of the API, and the pictures' own addresses. */
export async function createImgurStandIn(options: ImgurStandInOptions = {}): Promise<ImgurStandIn> {
  const { mode = 'ok', credits: initialCredits = {}, ...limits } = options;
  const waits = createWaits();
  const credits = createCreditAccount(initialCredits);
  const pictures: StoredPicture[] = [];
  const calls: ImgurCall[] = [];
  let behaviour: Behaviour = normalBehaviour;
  let turnsLeft = 0;

  const service: Service = {
    limits: { ...defaultLimits, ...limits },
    credits,
    waits,
    pictures,
    origin: () => server.url,
    behaviour: () => behaviour,
    takeTurn() {
      turnsLeft -= 1;
      return turnsLeft >= 0;
    },
  };
  const server = await createLoopbackOrigin(createImgurApp(service, calls));

  function setMode(next: ImgurMode, changes: Partial<Behaviour> = {}): void {
    behaviour = { ...normalBehaviour, ...modes[next], ...changes };
    turnsLeft = behaviour.times;
    waits.release();
  }

  setMode(mode);

  return {
    url: server.url,
    apiUrl: `${server.url}/3`,
    clientId: service.limits.clientIds[0] ?? '',
    uploads: pictures,
    requests: calls,
    credits: credits.read,
    setCredits: credits.set,
    setMode,
    reset() {
      setMode('ok');
      credits.clear();
      pictures.length = 0;
      calls.length = 0;
    },
    async stop() {
      waits.release();
      await server.close();
    },
  };
}
