import { type Clock, withDeadline } from '../../../shared/wait.ts';
import type { DrivenPage } from '../../browser/pages.ts';
import { raceAbort } from '../../browser/pool/race-abort.ts';
import type { EngineContext, EngineImage, EngineRequest } from '../engine.ts';
import { attempt } from './attempt.ts';
import { drawIframeId, drawRequestId, toEmbedAddress } from './embed.ts';
import { failed } from './failures.ts';
import { gaveUp } from './follow.ts';
import { findGenerator } from './generator-page.ts';
import { toWholePicture } from './picture.ts';
import { NEW_EMBEDS, type Waits } from './site.ts';
import { createJudge } from './verdict.ts';

interface PaintOptions extends EngineContext {
  readonly pageUrl: string;
  readonly embedUrl: string;
  readonly clock: Clock;
  readonly waits: Waits;
}

/**
 * Makes the picture on an open generator page. If the embed gives up, a new one is tried a few times, with pauses. A
 * page that hangs is abandoned before the job's own deadline.
 */
export function paint(page: DrivenPage, request: EngineRequest, options: PaintOptions): Promise<EngineImage> {
  const bound = { timeoutMs: options.waits.picture, signal: options.signal, code: 'engine_failed' } as const;
  return withDeadline({ ...bound, what: 'perchance: the picture' }, (signal) =>
    raceAbort(paintUntilWhole(page, request, { ...options, signal }), signal),
  );
}

async function paintUntilWhole(page: DrivenPage, request: EngineRequest, options: PaintOptions): Promise<EngineImage> {
  const { embedUrl, clock, waits, signal } = options;
  const judge = createJudge();
  let ids = { requestId: drawRequestId(), iframeId: drawIframeId() };

  for (let embeds = 1; ; embeds += 1) {
    const generator = await findGenerator(page, options);
    const address = toEmbedAddress(options, request, ids);
    const result = await attempt({ ...options, page, generator, embedUrl, address, ids, judge });
    const bytes = result.kind === 'taken' ? toWholePicture(result.dataUrl) : undefined;
    if (result.kind === 'taken' && bytes !== undefined) return { bytes, seed: result.seed, nsfw: result.nsfw };

    const { error, newRequestId } =
      result.kind === 'gave_up' ? result : gaveUp(failed('the page delivered no whole picture'), true);
    if (embeds > NEW_EMBEDS) throw error;
    await clock.wait(waits.pause * 2 ** (embeds - 1), signal);
    ids = { ...ids, requestId: newRequestId ? drawRequestId() : ids.requestId };
  }
}
