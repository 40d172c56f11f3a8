import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, fillOutline, fillPolygon, strokeOutline } from '../draw.js';

/** @import { Context, Random } from '../types.d.ts' */

/**
 * @typedef {{ skin: string, hair: string, cloth: string, second: string, long: boolean, beard: boolean }} Look
 */

const SKINS = ['#f3cfb3', '#e3b08c', '#c98d66', '#a06a48', '#7a4d35', '#f0c4a2'];
const HAIRS = ['#2a1d1c', '#4a2f22', '#7a4a2a', '#b98243', '#d9b26a', '#8a3a26', '#3a3440'];

/** @param {Random} random @param {'woman' | 'man' | 'person'} who @param {string | null} cloth @param {string} accent @returns {Look} */
export function chooseLook(random, who, cloth, accent) {
  const long = who === 'woman' ? random.chance(0.8) : who === 'person' && random.chance(0.5);
  return {
    skin: random.pick(SKINS),
    hair: random.pick(HAIRS),
    cloth: cloth ?? mix(accent, random.pick(['#355c7d', '#6c5b7b', '#c06c84', '#2a9d8f', '#e9c46a']), 0.6),
    second: random.pick(['#f4e9d8', '#2f2d3a', '#e8c8b0']),
    long,
    beard: who === 'man' && random.chance(0.35),
  };
}

/** Head and shoulders, eyes near (43, 38) and (57, 38), in a box of 100 by 100. @param {Context} context @param {Random} random @param {Look} look */
export function drawBust(context, random, look) {
  const { skin, hair, cloth, second, long } = look;
  const shade = darken(mix(skin, '#b0584a', 0.25), 0.08);
  if (long) {
    const hang = random.between(74, 92);
    fillOutline(
      context,
      downwards(context, 6, hang, [lighten(hair, 0.1), hair, darken(hair, 0.2)]),
      `M50 6C70 5 79 20 77 40C76 54 82 66 80 ${hang}C70 ${hang + 6} 62 ${hang} 60 74L40 74C38 ${hang} 30 ${hang + 6} 20 ${hang}C18 66 24 54 23 40C21 20 30 5 50 6Z`,
    );
  }
  fillOutline(
    context,
    downwards(context, 70, 100, [lighten(cloth, 0.12), cloth, darken(cloth, 0.16)]),
    'M38 70C26 75 13 78 9 101L91 101C87 78 74 75 62 70C58 77 42 77 38 70Z',
  );
  fillOutline(context, shade, 'M41 54L59 54L59 68C60 72 63 73 66 74C60 84 40 84 34 74C37 73 40 72 41 68Z');
  fillOutline(context, fade(darken(shade, 0.3), 0.5), 'M41 58C46 65 54 65 59 58L59 63C54 69 46 69 41 63Z');
  fillOutline(context, second, 'M34 73.4C40 84 60 84 66 73.4L70 75.4C62 90 38 90 30 75.4Z');
  const face = context.createLinearGradient(32, 20, 68, 60);
  face.addColorStop(0, lighten(skin, 0.16));
  face.addColorStop(0.6, skin);
  face.addColorStop(1, shade);
  for (const x of [31.6, 68.4]) fillEllipse(context, shade, x, 40, 3.2, 5);
  fillOutline(
    context,
    face,
    'M50 15C64 15 69.6 26 68.6 39C68 51 60 61.6 50 62C40 61.6 32 51 31.4 39C30.4 26 36 15 50 15Z',
  );
  drawFeatures(context, look, shade);
  drawHair(context, random, look);
}

/** @param {Context} context @param {Look} look @param {string} shade */
function drawFeatures(context, { skin, hair, beard }, shade) {
  const ink = darken(mix(hair, '#2a1a1a', 0.6), 0.2);
  if (beard)
    fillOutline(
      context,
      fade(hair, 0.92),
      'M31.6 42C34 50 39 49 43 48C47 46.4 53 46.4 57 48C61 49 66 50 68.4 42C68 56 60 67 50 67C40 67 32 56 31.6 42Z',
    );
  for (const side of [-1, 1]) {
    const x = 50 + side * 8;
    fillEllipse(context, fade('#e8776a', 0.24), 50 + side * 11.4, 46, 4.6, 3);
    strokeOutline(context, ink, 1.25, `M${x - 4} 38.6Q${x} 41.8 ${x + 4} 38.6`);
    strokeOutline(
      context,
      ink,
      0.7,
      `M${x + side * 4} 38.8L${x + side * 5.4} 38M${x + side * 2.6} 40L${x + side * 3.6} 41.2`,
    );
    strokeOutline(context, fade(ink, 0.85), 1.3, `M${x - side * 3.6} 32.8Q${x} 30.6 ${x + side * 4.6} 32.6`);
  }
  strokeOutline(context, fade(darken(shade, 0.24), 0.8), 1, 'M50.6 39C51.8 43 52.8 45 50 46.4');
  fillOutline(
    context,
    darken(mix(skin, '#c2444a', 0.6), 0.05),
    'M45 52.4C47.4 50.8 49 51 50 51.6C51 51 52.6 50.8 55 52.4C53 55.4 47 55.4 45 52.4Z',
  );
  strokeOutline(context, fade(ink, 0.45), 0.55, 'M45 52.4Q50 54 55 52.4');
}

/** @param {Context} context @param {Random} random @param {Look} look */
function drawHair(context, random, { hair, long }) {
  const shine = lighten(hair, 0.2);
  if (long) {
    const part = random.between(42, 58);
    fillOutline(
      context,
      hair,
      `M${part} 11C72 8 76 24 73 44C70 36 67 27 ${part} 18C38 24 32 34 28 46C23 24 30 10 ${part} 11Z`,
    );
    strokeOutline(
      context,
      fade(shine, 0.5),
      0.9,
      `M${part + 1} 13C62 14 69 22 71.4 33M${part - 1} 13C40 15 32 23 29.4 35M${part + 6} 13.4C64 16 68 20 70 26`,
    );
    return;
  }
  const style = random.integer(0, 2);
  if (style === 0)
    fillOutline(
      context,
      hair,
      'M30 38C26 18 36 7 52 8C70 9 75 22 70 38C68 31 65 27 62 24C54 28 42 28 36 25C33 28 31 32 30 38Z',
    );
  else if (style === 1)
    fillOutline(
      context,
      hair,
      'M30 38C24 20 34 8 46 9C54 4 70 8 72 20C74 28 71 34 70 38C69 32 66 28 60 27C50 27 44 24 40 20C38 26 33 30 30 38Z',
    );
  else
    for (let curl = 0; curl < 17; curl++)
      fillEllipse(
        context,
        curl % 2 === 0 ? hair : lighten(hair, 0.06),
        50 + Math.cos(Math.PI * (1 + curl / 16)) * 19,
        27 + Math.sin(Math.PI * (1 + curl / 16)) * 13 + (curl % 3),
        6.4,
      );
  strokeOutline(context, fade(shine, 0.5), 1, 'M40 12C48 10 58 11 64 16');
}

/** A person seen from behind, foot at y = 100. @param {Context} context @param {Look} look */
export function drawWanderer(context, { skin, hair, cloth, second, long }) {
  const trousers = darken(mix(cloth, '#2a2c3a', 0.75), 0.1);
  fillEllipse(context, fade('#000000', 0.25), 52, 99.4, 16, 1.6);
  fillPolygon(context, trousers, [
    [43, 62],
    [57, 62],
    [56.4, 97],
    [51.6, 97],
    [50, 70],
    [48.4, 97],
    [43.4, 97],
  ]);
  fillOutline(context, darken(trousers, 0.4), 'M42.6 96L49 96L49 100L41.6 100ZM51 96L57.4 96L58.4 100L51 100Z');
  fillOutline(
    context,
    cloth,
    'M42 28C38 29 36.4 32 36 38L34.6 58C34.4 60.6 37.4 60.8 37.8 58.4L41 40L41 64L59 64L59 40L62.2 58.4C62.6 60.8 65.6 60.6 65.4 58L64 38C63.6 32 62 29 58 28Z',
  );
  fillOutline(
    context,
    fade(darken(cloth, 0.4), 0.4),
    'M52 28L58 28C62 29 63.6 32 64 38L65.4 58C65.6 60.6 62.6 60.8 62.2 58.4L59 40L59 64L53 64Z',
  );
  fillOutline(
    context,
    darken(mix(second, '#7a5236', 0.75), 0.1),
    'M43 31C46 29 54 29 57 31C59 37 59 50 57 56C53 58 47 58 43 56C41 50 41 37 43 31Z',
  );
  strokeOutline(context, fade('#2a1c14', 0.5), 0.8, 'M42 42L58 42M47 42L47 47M53 42L53 47');
  fillEllipse(context, skin, 50, 25, 3.4, 4);
  fillEllipse(context, hair, 50, 18.6, 6.2, 7.2);
  if (long) fillOutline(context, hair, 'M43.8 18C42 28 43 34 45 37C48 39 52 39 55 37C57 34 58 28 56.2 18Z');
  for (const x of [36.2, 63.8]) fillEllipse(context, skin, x, 60.4, 1.8, 2.2);
}

/** A person in a space suit, in a box of 100 by 100. @param {Context} context @param {string} visor @param {string} trim */
export function drawAstronaut(context, visor, trim) {
  const suit = '#eef0f4';
  const shade = '#a9b1c2';
  const cloth = downwards(context, 20, 98, ['#ffffff', suit, shade]);
  fillOutline(context, shade, 'M30 44L70 44L72 74L28 74Z');
  fillOutline(
    context,
    cloth,
    'M36 66C32 78 30 88 27 95C28 99 38 99 41 96L48 78L52 78L58 96C61 99 72 98 72 94C69 86 67 76 64 66Z',
  );
  strokeOutline(context, suit, 10, 'M33 50C24 56 18 62 15 71');
  strokeOutline(context, suit, 10, 'M67 50C76 46 83 38 86 29');
  for (const [x, y] of [
    [14, 73],
    [87, 26],
  ])
    fillEllipse(context, trim, x, y, 5.4);
  fillOutline(context, cloth, 'M34 44C40 40 60 40 66 44C70 54 69 66 65 72C56 76 44 76 35 72C31 66 30 54 34 44Z');
  fillEllipse(context, cloth, 50, 27, 20, 19);
  const glass = context.createLinearGradient(36, 16, 64, 40);
  glass.addColorStop(0, lighten(visor, 0.45));
  glass.addColorStop(0.45, visor);
  glass.addColorStop(1, darken(visor, 0.6));
  fillEllipse(context, glass, 50, 28, 15, 12.6);
  fillOutline(context, fade('#ffffff', 0.6), 'M39 24C41 19 46 17.4 50 17.4C46 19.4 42 22 40.6 27Z');
  context.fillStyle = shade;
  context.beginPath();
  context.roundRect(42, 53, 16, 11, 2);
  context.fill();
  for (const [index, hue] of [trim, '#5ac8a8', '#f0b845'].entries())
    fillEllipse(context, hue, 45.4 + index * 4.6, 57, 1.5);
  strokeOutline(context, trim, 2, 'M30 86L42 88M58 88L70 85M24 57L29 63M71 54L76 60');
}
