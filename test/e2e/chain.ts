import { createImgurStandIn, type ImgurStandIn, type ImgurStandInOptions } from '../stand-ins/imgur/imgur-stand-in.ts';
import type { ApiCall } from '../stand-ins/perchance/api-call.ts';
import {
  createPerchanceStandIn,
  type PerchanceStandIn,
  type PerchanceStandInOptions,
} from '../stand-ins/perchance/perchance-stand-in.ts';
import { until } from '../support/poll.ts';
import { type Services, type ServicesOptions, startServices } from './services.ts';

/** Both services as processes, with a real Chromium and stand-ins of Perchance and Imgur. */
export interface Chain extends Services {
  readonly perchance: PerchanceStandIn;
  readonly imgur: ImgurStandIn;
}

interface ChainOptions extends ServicesOptions {
  readonly perchance?: PerchanceStandInOptions;
  readonly imgur?: ImgurStandInOptions;
}

export async function startChain(options: ChainOptions = {}): Promise<Chain> {
  const perchance = await createPerchanceStandIn(options.perchance);
  const imgur = await createImgurStandIn(options.imgur);
  const stopStandIns = async (): Promise<void> => {
    await Promise.all([perchance.stop(), imgur.stop()]);
  };
  const workerEnv = {
    ENGINES: 'perchance',
    STORES: 'imgur',
    PERCHANCE_URL: perchance.url,
    PERCHANCE_EMBED_URL: perchance.embedUrl,
    PERCHANCE_WAY: 'embed',
    PERCHANCE_PAGE_URL: perchance.imagePageUrl,
    IMGUR_API_URL: imgur.apiUrl,
    IMGUR_CLIENT_ID: imgur.clientId,
    ...options.workerEnv,
  };
  try {
    const services = await startServices({ ...options, workerEnv });
    const stop = async (): Promise<void> => {
      await services.stop();
      await stopStandIns();
    };
    return { ...services, perchance, imgur, stop };
  } catch (error) {
    await stopStandIns();
    throw error;
  }
}

/** Every request for a picture that the site got. */
const listGenerations = ({ perchance }: Pick<Chain, 'perchance'>): ApiCall[] =>
  perchance.requests.filter(({ endpoint }) => endpoint === 'generate');

export const countGenerations = (chain: Pick<Chain, 'perchance'>): number => listGenerations(chain).length;

/** The site's request for a picture of that number, from 1. */
export async function waitForGeneration(chain: Chain, number: number): Promise<ApiCall> {
  await until(() => countGenerations(chain) >= number, `request number ${number} for a picture at the site`);
  const call = listGenerations(chain)[number - 1];
  if (call === undefined) throw new Error('the requests were forgotten meanwhile');
  return call;
}
