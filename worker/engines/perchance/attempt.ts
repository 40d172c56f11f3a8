import type { Frame } from 'playwright-core';
import { AppError } from '../../../shared/errors.ts';
import type { DrivenPage } from '../../browser/pages.ts';
import { raceAbort } from '../../browser/pool/race-abort.ts';
import { type EmbedIds, type FinishedMessage, MAX_DATA_URL_LENGTH, runEmbed, toEmbedTask } from './embed.ts';
import { changed, failed } from './failures.ts';
import { type FollowOptions, followEmbed, type GaveUp, gaveUp } from './follow.ts';
import { toSeed } from './reply-values.ts';
import { SELECTORS } from './site.ts';
import { waitForPart } from './wait-for-part.ts';
import { type Reply, watchEmbed } from './watch.ts';

interface AttemptOptions extends FollowOptions {
  readonly page: DrivenPage;
  readonly generator: Frame;
  readonly embedUrl: string;
  /** The embed's whole address, with its options. */
  readonly address: string;
  readonly ids: EmbedIds;
  readonly signal: AbortSignal;
}

interface Taken {
  readonly kind: 'taken';
  /** As the page gave it, still unchecked. */
  readonly dataUrl: unknown;
  readonly seed: number | undefined;
  readonly nsfw: boolean | undefined;
}

/** One embed, from its start until it has a picture or gives up. Throws errors that end the job. */
export async function attempt(options: AttemptOptions): Promise<Taken | GaveUp> {
  const { page, generator, embedUrl, address, ids, signal } = options;
  const follower = followEmbed(options);
  const watch = watchEmbed(page, embedUrl, follower.events);
  options.onProgress({ stage: 'generate', engineStatus: 'starting' });
  try {
    const message = generator.evaluate(runEmbed, toEmbedTask(address, ids));
    const embed = findEmbed(options);
    embed.catch(follower.fail);
    const result = follower.made.then(async () => readResult(await embed, options));
    const first = await raceAbort(Promise.race([message, result, follower.end]), signal);
    if ('kind' in first) return first;
    const unseen = watch.untilRead().then(() => undefined);
    return toTaken(first, await raceAbort(Promise.race([follower.made, unseen]), signal));
  } catch (error) {
    if (error instanceof AppError || signal.aborted || page.isClosed()) throw error;
    return gaveUp(failed('the generator page went away', error));
  } finally {
    watch.stop();
    follower.stop();
  }
}

/** The embed's frame, after it showed that it is the embed page. */
async function findEmbed({ generator, ids, signal, waits }: AttemptOptions): Promise<Frame> {
  const options = { state: 'attached', timeout: waits.part, signal } as const;
  const element = await generator.waitForSelector(`iframe.${ids.iframeId}`, options);
  const frame = await element.contentFrame();
  if (frame === null) throw changed('embed page: its element holds no frame');
  await waitForPart(frame, { step: 'embed page', selectors: SELECTORS.embed, signal, waits });
  return frame;
}

/** The picture from the embed page itself, some time after it appeared there, because the message has precedence. */
async function readResult(embed: Frame, { clock, waits, signal }: AttemptOptions): Promise<FinishedMessage | GaveUp> {
  const options = { state: 'attached', timeout: waits.download, signal } as const;
  try {
    const image = await embed.waitForSelector(SELECTORS.result.join(', '), options);
    await clock.wait(waits.message, signal);
    return { dataUrl: await image.evaluate(readSource, MAX_DATA_URL_LENGTH) };
  } catch (error) {
    return gaveUp(failed('the picture did not appear', error), true);
  }
}

/** Runs in the embed page. */
function readSource(image: unknown, maxLength: number): string {
  const { src } = image as { readonly src: string };
  return src.length <= maxLength ? src : '';
}

function toTaken({ dataUrl, seedUsed }: FinishedMessage, reply: Reply | undefined): Taken {
  return { kind: 'taken', dataUrl, seed: toSeed(seedUsed) ?? reply?.seed, nsfw: reply?.nsfw };
}
