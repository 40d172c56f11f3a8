import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, fillOutline, strokeOutline } from '../draw.js';

/**
 * @import { Context } from '../types.d.ts'
 * @typedef {'pointed' | 'folded' | 'round' | 'long' | 'wide'} Ears
 * @typedef {{ coat: string, pale: string, dark: string, ears: Ears, head: 'sharp' | 'broad' | 'round',
 *   tail: 'brush' | 'whip' | 'puff' | 'curl', socks: boolean,
 *   mark: 'cheeks' | 'patches' | 'stripes' | 'mask' | 'mane' | 'muzzle' | 'snout' | 'tabby' }} Coat
 *   what distinguishes seated animals; colours are `#rrggbb`
 */

/** An animal that sits and looks at you, in a box of 100 by 100. Eyes at (42, 37) and (58, 37), neck at y = 58. */

const HEADS = {
  sharp:
    'M50 61C46 61 42 56 37 53C30 52 23 49 20 47C23 43 24 38 26 32C29 22 39 17 50 17C61 17 71 22 74 32C76 38 77 43 80 47C77 49 70 52 63 53C58 56 54 61 50 61Z',
  broad: 'M50 58C38 58 25 55 24 41C22 28 33 16 50 16C67 16 78 28 76 41C75 55 62 58 50 58Z',
  round: 'M50 60C35 60 24 52 24 38C24 25 35 16 50 16C65 16 76 25 76 38C76 52 65 60 50 60Z',
};

/** @type {Record<Coat['ears'], [outer: string, inner: string]>} the right ear; the left one is its mirror image */
const EARS = {
  pointed: ['M56 22C60 12 68 4 75 1C78 10 77 24 73 34Z', 'M62 21C65 13 69 8 73 6C74 13 73 21 70 27Z'],
  folded: [
    'M62 20C72 16 82 24 85 38C86 46 82 52 77 50C72 46 72 36 66 28Z',
    'M70 25C78 28 82 36 82 43C79 44 76 38 70 30Z',
  ],
  round: ['M60 20C60 8 78 6 80 18C81 26 76 32 72 33Z', 'M65 19C66 12 75 12 76 19C76 24 73 27 71 28Z'],
  long: ['M54 20C52 4 57 -18 66 -20C75 -16 72 8 66 24Z', 'M58 17C57 4 61 -11 65.5 -13C70 -8 67 8 63 19Z'],
  wide: ['M60 24C58 6 84 0 91 16C95 30 82 40 72 37Z', 'M66 23C67 11 82 9 86 19C87 27 80 32 73 31Z'],
};

/** @param {Context} context @param {() => void} draw the right half; it is drawn on the left as well */
function onBothSides(context, draw) {
  draw();
  context.save();
  context.translate(100, 0);
  context.scale(-1, 1);
  draw();
  context.restore();
}

/** @param {Context} context @param {Coat} coat */
function drawTail(context, { tail, coat, pale, dark, mark }) {
  if (tail === 'brush') {
    fillOutline(context, darken(coat, 0.08), 'M60 94C78 100 96 92 96 76C97 64 90 54 83 48C84 60 74 66 68 76Z');
    fillOutline(
      context,
      mark === 'mask' ? dark : pale,
      'M96 76C97 64 90 54 83 48C83.6 54 81 59 77.6 63.4C82 64 84 68 88 68C90 72 93 73 96 76Z',
    );
    if (mark === 'mask') strokeOutline(context, dark, 3.5, 'M71 74L86 84M66 82L76 95');
    return;
  }
  if (tail === 'puff') {
    fillEllipse(context, lighten(coat, 0.2), 72, 89, 7, 7);
    return;
  }
  const path =
    tail === 'whip' ? 'M62 92C84 96 90 84 84 74C80 67 86 60 91 63' : 'M64 90C80 88 86 76 79 70C74 67 70 73 75 77';
  strokeOutline(context, coat, tail === 'whip' ? 6 : 7, path);
  if (mark === 'mane') fillEllipse(context, dark, 91, 62, 5, 6);
  if (mark === 'stripes') strokeOutline(context, dark, 2, 'M74 91L75 97M82 86L88 89M82 76L87 73');
}

/** @param {Context} context @param {Coat} coat */
function drawBody(context, { coat, pale, dark, socks, mark }) {
  const torso = mark === 'patches' ? dark : coat;
  fillOutline(
    context,
    downwards(context, 52, 98, [darken(torso, 0.14), torso, darken(torso, 0.1)]),
    'M50 50C64 50 68 62 71 74C77 82 76 96 66 98L34 98C24 96 23 82 29 74C32 62 36 50 50 50Z',
  );
  onBothSides(context, () =>
    fillOutline(context, fade(darken(torso, 0.25), 0.4), 'M66 74C58 78 58 92 64 98L66 98C76 96 77 84 71 76Z'),
  );
  if (mark === 'patches')
    fillOutline(context, coat, 'M36 66C40 62 60 62 64 66C67 78 64 92 60 97L40 97C36 92 33 78 36 66Z');
  else
    fillOutline(
      context,
      downwards(context, 52, 90, [darken(pale, 0.12), pale, fade(pale, 0.75)]),
      'M50 52C60 53 63 60 61 69C60 76 56 80 54 84L50 80L46 84C44 80 40 76 39 69C37 60 40 53 50 52Z',
    );
  onBothSides(context, () => {
    const leg = socks ? dark : mark === 'patches' ? dark : coat;
    fillOutline(
      context,
      downwards(context, 70, 98, [mark === 'patches' ? dark : coat, leg, leg]),
      'M51.2 76C55 74 60 76 60.5 82L60.5 94C61 98 59 99 56 99C53 99 51 98 51 96Z',
    );
    fillEllipse(context, socks ? lighten(dark, 0.08) : lighten(leg, 0.16), 56, 96.6, 5.4, 3.1);
    fillEllipse(context, socks ? lighten(dark, 0.08) : darken(coat, 0.04), 68, 96.6, 7, 3.2);
    strokeOutline(context, fade(darken(leg, 0.45), 0.6), 0.6, 'M54.4 96L54.4 98.6M57.4 96L57.4 98.6');
  });
  strokeOutline(context, fade(darken(torso, 0.5), 0.5), 0.8, 'M50 82L50 98');
}

/** @param {Context} context @param {Coat} coat */
function drawEars(context, { ears, coat, pale, dark, mark }) {
  const [outer, inner] = EARS[ears];
  const tone = mark === 'patches' ? dark : coat;
  onBothSides(context, () => {
    fillOutline(
      context,
      ears === 'pointed' && mark === 'cheeks'
        ? downwards(context, 1, 26, [dark, darken(coat, 0.2), coat])
        : darken(tone, ears === 'folded' ? 0.3 : 0.1),
      outer,
    );
    fillOutline(
      context,
      mark === 'patches' ? lighten(dark, 0.12) : mix(pale, '#e8a0a0', ears === 'folded' ? 0.1 : 0.5),
      ears === 'folded' ? '' : inner,
    );
  });
}

/** @param {Context} context @param {Coat} coat */
function drawMarks(context, { mark, coat, pale, dark }) {
  if (mark === 'cheeks') {
    onBothSides(context, () =>
      fillOutline(context, pale, 'M50 61C54 61 58 56 63 53C70 52 77 49 80 47C72 45 66 42 60 43C55 44 52 47 50 50Z'),
    );
    onBothSides(context, () => fillEllipse(context, fade(pale, 0.85), 57.6, 29.6, 2.6, 1.5, -0.3));
  } else if (mark === 'patches') onBothSides(context, () => fillEllipse(context, dark, 59.5, 37.5, 7, 8.4, 0.5));
  else if (mark === 'mask') {
    fillOutline(context, pale, 'M50 60C40 58 32 54 24 46C34 34 44 34 50 36C56 34 66 34 76 46C68 54 60 58 50 60Z');
    onBothSides(context, () =>
      fillOutline(context, dark, 'M52 40C55 33 63 31 68 35C73 39 77 45 76 47C68 47 58 48 52 40Z'),
    );
    fillOutline(context, coat, 'M47 20L53 20L52 42L48 42Z');
  } else if (mark === 'stripes' || mark === 'tabby') {
    const tone = mark === 'tabby' ? fade(dark, 0.75) : dark;
    fillEllipse(context, pale, 50, 51, 13, 7.4);
    strokeOutline(context, tone, 2.2, 'M50 17L50 25M44 18L45.4 24.4M56 18L54.6 24.4');
    onBothSides(context, () => strokeOutline(context, tone, 2, 'M75 36L68.6 37.4M76 42L69.4 42M74 48L68.4 46.4'));
    if (mark === 'stripes')
      onBothSides(context, () => strokeOutline(context, tone, 2.4, 'M70 76L63 78M73 84L66 85M66 66L61 68'));
  } else if (mark === 'muzzle' || mark === 'mane') {
    fillEllipse(context, pale, 50, 50.5, 12.5, 8);
    fillOutline(context, pale, 'M50 18C53 24 53.4 36 54 46L46 46C46.6 36 47 24 50 18Z');
  } else fillEllipse(context, pale, 50, 49, 12, 9.4);
}

/** @param {Context} context @param {Coat} coat */
function drawFace(context, { mark, dark, coat }) {
  const ink = '#221a20';
  onBothSides(context, () => {
    fillEllipse(context, mark === 'tabby' ? '#f0e7a0' : '#fffdf6', 58.4, 37, 4.3, 4.7);
    fillEllipse(context, mark === 'tabby' || mark === 'stripes' ? '#5f8f3a' : '#7a4a22', 58, 37.3, 3.5, 4.1);
    fillEllipse(context, ink, 58, 37.4, mark === 'tabby' ? 1.6 : 2.5, 3.3);
    fillEllipse(context, '#ffffff', 59.3, 35.6, 1.15);
    strokeOutline(context, fade(ink, 0.85), 1, 'M53.8 36.4C55 32 61 31.4 63.4 35');
  });
  fillEllipse(context, '#ffffff', 43.3, 35.6, 1.15);
  const nose = mark === 'snout' && coat.startsWith('#f') ? dark : mark === 'tabby' ? '#d97a7a' : ink;
  if (mark === 'snout' && nose === dark) {
    fillEllipse(context, mix(coat, dark, 0.35), 50, 48, 7.6, 5.6);
    onBothSides(context, () => fillEllipse(context, dark, 52.8, 48, 1.3, 2));
  } else
    fillOutline(
      context,
      nose,
      'M45.6 46.6C47 44.8 53 44.8 54.4 46.6C54.4 49 51.6 51 50 51.2C48.4 51 45.6 49 45.6 46.6Z',
    );
  fillEllipse(context, fade('#ffffff', 0.45), 48.6, 46.7, 1.4, 0.7);
  strokeOutline(
    context,
    fade(ink, 0.85),
    0.9,
    'M50 51L50 53.4M50 53.4C48.6 56 45.6 56 44 54M50 53.4C51.4 56 54.4 56 56 54',
  );
  if (mark === 'tabby' || mark === 'stripes' || mark === 'muzzle')
    onBothSides(context, () =>
      strokeOutline(context, fade('#ffffff', 0.75), 0.5, 'M62 50L82 46.6M62 52L83 52.4M61 54L80 58'),
    );
}

/** @param {Context} context @param {Coat} coat */
export function drawCritter(context, coat) {
  drawTail(context, coat);
  drawBody(context, coat);
  if (coat.mark === 'mane') {
    for (let lock = 0; lock < 22; lock++) {
      const angle = (lock / 22) * Math.PI * 2;
      fillEllipse(
        context,
        lock % 2 === 0 ? coat.dark : mix(coat.dark, coat.coat, 0.3),
        50 + Math.cos(angle) * 25,
        38 + Math.sin(angle) * 23,
        9.5,
        8.4,
        angle,
      );
    }
  }
  fillEllipse(context, fade(darken(coat.coat, 0.5), 0.25), 50, 60, 18, 5);
  drawEars(context, coat);
  const light = context.createRadialGradient(42, 26, 4, 50, 38, 34);
  light.addColorStop(0, lighten(coat.coat, 0.2));
  light.addColorStop(0.6, coat.coat);
  light.addColorStop(1, darken(coat.coat, 0.14));
  fillOutline(context, light, HEADS[coat.head]);
  drawMarks(context, coat);
  drawFace(context, coat);
}
