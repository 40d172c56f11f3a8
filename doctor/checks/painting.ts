import type { Page } from 'playwright-core';

/** Reads pixels from a page of the browser. Functions passed to `evaluate` run in that page. */

interface Script {
  readonly name: string;
  readonly sample: string;
  /** Debian's package with a font for this script. */
  readonly package: string;
}

const SCRIPTS: readonly Script[] = [
  { name: 'Chinese', sample: '字', package: 'fonts-noto-cjk' },
  { name: 'Japanese', sample: 'あ', package: 'fonts-noto-cjk' },
  { name: 'Korean', sample: '한', package: 'fonts-noto-cjk' },
  { name: 'Arabic', sample: 'ع', package: 'fonts-noto-core' },
  { name: 'Hindi', sample: 'क', package: 'fonts-noto-core' },
  { name: 'emoji', sample: '🦊', package: 'fonts-noto-color-emoji' },
];

/** Whether a filled canvas has the colour that it was filled with. */
export async function isPainted(page: Page): Promise<boolean> {
  return page.evaluate(paintDot);
}

/** The scripts without a font; `all` when even Latin letters have none. */
export async function findMissingScripts(page: Page): Promise<readonly Script[] | 'all'> {
  const isShown = await page.evaluate(listPainted, ['e', ...SCRIPTS.map(({ sample }) => sample)]);
  if (isShown[0] !== true) return 'all';
  return SCRIPTS.filter((_, index) => isShown[index + 1] !== true);
}

interface Context {
  font: string;
  fillStyle: string;
  fillRect(x: number, y: number, width: number, height: number): void;
  clearRect(x: number, y: number, width: number, height: number): void;
  fillText(text: string, x: number, y: number): void;
  getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
}

/** Declared by hand, because the compiler does not know the browser's globals here. */
declare const OffscreenCanvas: new (width: number, height: number) => { getContext(kind: '2d'): Context };

function paintDot(): boolean {
  const context = new OffscreenCanvas(8, 8).getContext('2d');
  context.fillStyle = '#2a6496';
  context.fillRect(0, 0, 8, 8);
  const [red, green, blue, alpha] = context.getImageData(4, 4, 1, 1).data;
  return red === 0x2a && green === 0x64 && blue === 0x96 && alpha === 255;
}

/** A letter without a font is painted as nothing, or as the same box as an unassigned code point. */
function listPainted(letters: readonly string[]): boolean[] {
  const side = 32;
  const context = new OffscreenCanvas(side, side).getContext('2d');
  const paint = (letter: string): string => {
    context.clearRect(0, 0, side, side);
    context.font = '20px sans-serif';
    context.fillStyle = '#000000';
    context.fillText(letter, 4, 24);
    return context.getImageData(0, 0, side, side).data.join();
  };
  // Unicode will never assign these code points, of which one is beyond the first plane and one within it.
  const boxes = new Set(['', '\u{10FFFE}', '\uFDD0'].map(paint));
  return letters.map((letter) => !boxes.has(paint(letter)));
}
