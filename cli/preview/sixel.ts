import sharp, { type Sharp } from 'sharp';

/** Sixel graphics (VT330/VT340 Programmer Reference, chapter 14): bands of six rows, each drawn colour by colour. */

/** The palette of many terminals holds no more. */
const COLOURS = 256;
const BAND_ROWS = 6;
const FIRST_CHARACTER = 0x3f;
/** A counted run takes at least four characters, so shorter runs are written out. */
const SHORTEST_RUN = 4;

export async function toSixels(image: Sharp): Promise<string> {
  // sharp chooses the palette and dithers, so the picture has at most COLOURS colours afterwards.
  const reduced = await image
    .flatten({ background: '#000' })
    .png({ palette: true, colours: COLOURS, dither: 1 })
    .toBuffer();
  const { data, info } = await sharp(reduced)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const palette = new Map<number, number>();
  const indices = new Uint16Array(width * height);
  for (let at = 0; at < indices.length; at++) {
    const colour = data.readUIntBE(3 * at, 3);
    const index = palette.get(colour) ?? palette.size;
    palette.set(colour, index);
    indices[at] = index;
  }
  const bands: string[] = [];
  for (let top = 0; top < height; top += BAND_ROWS) {
    bands.push(toBand(indices.subarray(top * width, (top + BAND_ROWS) * width), width));
  }
  const colours = [...palette].map(([colour, index]) => toColour(index, colour));
  return `\x1bP0;1q"1;1;${width};${height}${colours.join('')}${bands.join('-')}\x1b\\`;
}

const toPercent = (part: number): number => Math.round((part / 255) * 100);

const toColour = (index: number, colour: number): string =>
  `#${index};2;${toPercent(colour >> 16)};${toPercent((colour >> 8) & 0xff)};${toPercent(colour & 0xff)}`;

function toBand(indices: Uint16Array, width: number): string {
  const lines = new Map<number, Uint8Array>();
  for (const [at, index] of indices.entries()) {
    const line = lines.get(index) ?? new Uint8Array(width);
    lines.set(index, line);
    const x = at % width;
    line[x] = (line[x] ?? 0) | (1 << Math.floor(at / width));
  }
  return [...lines].map(([index, line]) => `#${index}${toRuns(line)}`).join('$');
}

function toRuns(line: Uint8Array): string {
  let text = '';
  for (let at = 0; at < line.length; ) {
    let end = at + 1;
    while (line[end] === line[at]) end++;
    const character = String.fromCharCode(FIRST_CHARACTER + (line[at] ?? 0));
    const length = end - at;
    text += length < SHORTEST_RUN ? character.repeat(length) : `!${length}${character}`;
    at = end;
  }
  return text;
}
