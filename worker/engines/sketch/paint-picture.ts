import type { MediaType } from '../../../shared/picture/media-type.ts';
import type { DrivenPage } from '../../browser/pages.ts';

/** The part of `page/types.d.ts` that is used here. */
interface EaselSketch {
  onProgress: ((fraction: number) => void) | null;
  paint(request: SketchRequest): Promise<unknown>;
  toDataUrl(type?: MediaType, quality?: number): Promise<string>;
  release(): void;
}

export interface SketchRequest {
  readonly prompt: string;
  readonly negativePrompt: string;
  /** 0 to 2^32-1. */
  readonly seed: number;
  /** Pixels, 64 to 2048. */
  readonly width: number;
  readonly height: number;
  /** 0 to 20. */
  readonly guidanceScale: number;
}

interface SketchProgress {
  /** 0 to 1. */
  readonly fraction?: number;
  /** The picture so far, as `data:image/jpeg;base64,...`. */
  readonly preview?: string;
}

/** The progress of the painting since the last call. */
interface PaintUpdate {
  readonly progress: readonly SketchProgress[];
  /** The picture as `data:image/png;base64,...`, set at the end. */
  readonly picture?: string | undefined;
}

interface PaintOptions {
  /** Number of previews, evenly spread over the painting. */
  readonly previews: number;
  readonly onProgress: (progress: SketchProgress) => void;
}

/** The page's own window. The two functions below run there, without the rest of this module. */
declare const window: {
  readonly easelSketch: EaselSketch;
  /** Waits for progress of the painting that was started last, and forgets it at its end. Rejects if it failed. */
  easelUpdate?: (() => Promise<PaintUpdate>) | undefined;
};

/**
 * Paints one picture and resolves with a PNG file. It asks the page for its progress instead of giving it a function,
 * because Playwright's `exposeFunction` throws where nobody can catch it if the page is closed meanwhile.
 */
export async function paintPicture(
  page: DrivenPage,
  request: SketchRequest,
  { previews, onProgress }: PaintOptions,
): Promise<Buffer> {
  await page.evaluate(beginPainting, { request, previews });
  for (;;) {
    const { progress, picture } = await page.evaluate(awaitUpdate);
    for (const step of progress) onProgress(step);
    if (picture !== undefined) return Buffer.from(picture.slice(picture.indexOf(',') + 1), 'base64');
  }
}

function beginPainting({ request, previews }: { request: SketchRequest; previews: number }): void {
  const { easelSketch } = window;
  let progress: SketchProgress[] = [];
  let changed = Promise.withResolvers<void>();
  const report = (step: SketchProgress): void => {
    progress.push(step);
    changed.resolve();
  };

  const previewing: Promise<void>[] = [];
  const showPicture = async (): Promise<void> => report({ preview: await easelSketch.toDataUrl('image/jpeg', 0.8) });
  easelSketch.onProgress = (fraction) => {
    report({ fraction });
    const shown = previewing.length;
    if (fraction < 1 && shown < previews && fraction >= (shown + 1) / (previews + 1)) previewing.push(showPicture());
  };

  const painting = (async () => {
    await easelSketch.paint(request);
    await Promise.all(previewing);
    return easelSketch.toDataUrl('image/png');
  })();
  // The next call reports a failure.
  painting.catch(() => undefined);

  window.easelUpdate = async () => {
    const picture = await Promise.race([painting, changed.promise]);
    const update = { progress, picture: picture ?? undefined };
    progress = [];
    changed = Promise.withResolvers();
    if (picture !== undefined) {
      // The page is kept for the next picture, and a large one with its canvas takes a hundred megabytes.
      window.easelUpdate = undefined;
      easelSketch.release();
    }
    return update;
  };
}

function awaitUpdate(): Promise<PaintUpdate> {
  if (window.easelUpdate === undefined) throw new Error('no painting was begun');
  return window.easelUpdate();
}
