import sharp, { type Sharp } from 'sharp';
import { toSixels } from './sixel.ts';
import type { DrawMode } from './terminal.ts';

/** Size in cells of the terminal. */
export interface CellSize {
  readonly columns: number;
  readonly rows: number;
}

/** Usual size of a cell in pixels. It differs between terminals, but the ratio is about 1:2 everywhere. */
const CELL = { width: 10, height: 20 };
/** A larger picture would push earlier output off the screen. */
const MAX_CELLS = { columns: 60, rows: 24 };

/** The text that makes the terminal show the picture, with a line break at its end. */
export async function draw(bytes: Uint8Array, mode: DrawMode, room: CellSize): Promise<string> {
  if (mode === 'none') return '';
  const image = sharp(bytes).rotate();
  const { width, height } = await image.metadata();
  const cells = fit(width, height, room);
  const [columns, rows] = [cells.columns, cells.rows];
  if (mode === 'blocks') return toBlocks(image, columns, rows);
  const pixels = { width: columns * CELL.width, height: rows * CELL.height };
  if (mode === 'sixel') return `${await toSixels(image.resize({ ...pixels, fit: 'fill' }))}\n`;
  const png = await image
    .resize({ ...pixels, fit: 'inside' })
    .png()
    .toBuffer();
  return mode === 'kitty' ? `${toKitty(png, columns, rows)}\n` : `${toIterm(png, columns)}\n`;
}

function fit(width: number, height: number, { columns, rows }: CellSize): CellSize {
  const max = { columns: Math.min(columns - 1, MAX_CELLS.columns), rows: Math.min(rows - 2, MAX_CELLS.rows) };
  const rowsOf = (wide: number): number => (wide * height * CELL.width) / (width * CELL.height);
  const wide = Math.max(1, Math.min(max.columns, Math.floor(max.columns * (max.rows / rowsOf(max.columns)))));
  return { columns: wide, rows: Math.max(1, Math.round(rowsOf(wide))) };
}

/** https://sw.kovidgoyal.net/kitty/graphics-protocol: a chunk holds at most 4096 bytes; q=2 asks for no answer. */
const CHUNK = 4096;

function toKitty(png: Buffer, columns: number, rows: number): string {
  const base64 = png.toString('base64');
  const chunks = base64.match(new RegExp(`.{1,${CHUNK}}`, 'g')) ?? [];
  return chunks
    .map((chunk, index) => {
      const more = index < chunks.length - 1 ? 1 : 0;
      const head = index === 0 ? `f=100,a=T,q=2,c=${columns},r=${rows},m=${more}` : `m=${more}`;
      return `\x1b_G${head};${chunk}\x1b\\`;
    })
    .join('');
}

/** https://iterm2.com/documentation-images.html */
const toIterm = (png: Buffer, columns: number): string =>
  `\x1b]1337;File=inline=1;size=${png.length};width=${columns};preserveAspectRatio=1:${png.toString('base64')}\x07`;

/** Each cell shows two pixels: the upper half block in one colour, the background in the other. */
async function toBlocks(image: Sharp, columns: number, rows: number): Promise<string> {
  const pixels = await image
    .resize({ width: columns, height: 2 * rows, fit: 'fill' })
    .flatten({ background: '#000' })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  const colour = (x: number, y: number): string =>
    pixels.subarray(3 * (y * columns + x), 3 * (y * columns + x) + 3).join(';');
  const lines = Array.from({ length: rows }, (_, row) => {
    const cells = Array.from(
      { length: columns },
      (_cell, x) => `\x1b[38;2;${colour(x, 2 * row)};48;2;${colour(x, 2 * row + 1)}m▀`,
    );
    return `${cells.join('')}\x1b[0m\n`;
  });
  return lines.join('');
}
