import type { Page } from 'playwright-core';
import type { MediaType } from '../../../shared/picture/media-type.ts';

/** The part of `page/types.d.ts` that is used here. */
interface EaselSketch {
  onProgress: ((fraction: number) => void) | null;
  paint(request: SketchRequest): Promise<unknown>;
  toDataUrl(type?: MediaType, quality?: number): Promise<string>;
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

export interface SketchProgress {
  /** 0 to 1. */
  readonly fraction?: number | undefined;
  /** The picture so far, as `data:image/jpeg;base64,...`. */
  readonly preview?: string | undefined;
}

/** In the page it resolves once it was heard. */
type Report = (progress: SketchProgress) => void | Promise<void>;

const REPORT = 'easelReport';

/** Lets the page tell how far it is, to whoever listens last. */
export async function listen(page: Page, report: Report): Promise<void> {
  await page.exposeFunction(REPORT, report);
}

/** Paints one picture; `previews` says how many are told of on the way, evenly spread. Answers a PNG file. */
export async function paintPicture(page: Page, request: SketchRequest, previews: number): Promise<Buffer> {
  const sketch = await page.evaluateHandle<EaselSketch>('window.easelSketch');
  const report = await page.evaluateHandle<Report>(`window.${REPORT}`);
  const dataUrl = await sketch.evaluate(
    async (easelSketch, { request, report, previews }) => {
      const told: (void | Promise<void>)[] = [];
      let shown = 0;
      const showPicture = async (): Promise<void> =>
        report({ preview: await easelSketch.toDataUrl('image/jpeg', 0.8) });
      easelSketch.onProgress = (fraction) => {
        told.push(report({ fraction }));
        if (fraction === 1 || shown === previews || fraction < (shown + 1) / (previews + 1)) return;
        shown += 1;
        told.push(showPicture());
      };
      await easelSketch.paint(request);
      await Promise.all(told);
      return easelSketch.toDataUrl('image/png');
    },
    { request, report, previews },
  );
  return Buffer.from(dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64');
}
