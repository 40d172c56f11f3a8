import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, fillOutline, strokeOutline } from '../draw.js';

/** @import { Context, Random } from '../types.d.ts' */

/** Animals seen from the side, head to the right, in a box of 100 by 100. */

const HORSE =
  'M91 30C95 33 96 37 93 39.4C90 41 87 39 83.6 37.4C80 40 77.6 45 75.4 51C73.6 57 71.6 60 69.4 63L68 79C67.6 86 67.4 90 67.4 93L70 98L62.6 98C62.4 92 62.4 86 62.4 80L60.4 65.4C52 68.4 42 67.4 34.4 64.4C31.6 69 29.4 73 27.2 78L26.2 92.6L28.6 98L20.6 98L20.8 82C18.4 77 18.8 72 20.2 66C16 58 16 48 20 42.4C26 36.4 36 38 44 41C50 42.4 55 40 59 36C65 28 70 20.4 77 16L79 8.4L82.6 14.4C87 18 88.6 25 91 30Z';
const DEER =
  'M90 31C93 32.6 93.6 36 91 37.4C88 38.4 85 37.6 82 37.8C79.4 41 78.4 46 76.8 51C75 57 73 59.4 71 61.4L69.6 79L69.4 93L71.4 98L66 98L65.8 80L63 63.4C53 65.6 43 65 35 62.4C32 66 29.4 71 27.4 76L26.8 92.6L28.6 98L23 98L22.8 80C20.8 75 21.4 71 22.4 66C18.4 60 18.6 50 23 46C30 41.4 40 42.6 48 44.4C55 45 60 43.4 63.4 40C67.4 34.6 71 28.6 75.4 25C78 22.4 82 22 85.4 24.6C87.6 26.6 88.4 29.4 90 31Z';

/** @param {Context} context @param {{ coat: string, mane: string, horn: boolean }} paint */
export function drawHorse(context, { coat, mane, horn }) {
  const far = darken(coat, 0.3);
  fillOutline(
    context,
    far,
    'M56 62L56.6 80L55.4 93L57.6 98L51 98L51.4 80L50 62ZM38 60C38 68 37 74 35.4 79L34.6 93L36.8 98L29.6 98L30 80L28 64Z',
  );
  strokeOutline(context, mane, 5, 'M20 45C11 50 9 62 12 78');
  strokeOutline(context, darken(mane, 0.2), 2.4, 'M20 46C14 54 13 64 15.6 76');
  fillOutline(context, downwards(context, 10, 98, [lighten(coat, 0.12), coat, darken(coat, 0.24)]), HORSE);
  fillOutline(context, fade(darken(coat, 0.4), 0.28), 'M69 63C60 69 42 69 34 64C40 60 56 62 66 56Z');
  fillOutline(context, fade(lighten(coat, 0.5), 0.22), 'M22 44C28 39 38 40 45 43C40 50 30 50 23 54Z');
  fillOutline(
    context,
    mane,
    'M80 9C72 12 64 22 58 36.6C59 42 61 46 63.6 47C63 42 66 41 68.6 41.6C67.4 36 70 34 73 34.4C72 29 74.4 27 77.4 27C76.6 22 79 19 83 19.4C83.4 15 82 11 80 9Z',
  );
  fillEllipse(context, '#1f171a', 84.4, 25.4, 1.3, 1.5);
  fillEllipse(context, fade('#000000', 0.5), 92.4, 36, 0.9, 0.7);
  fillOutline(
    context,
    fade(darken(coat, 0.55), 0.9),
    'M62.6 94.4L68.4 94.4L70 98L62.6 98ZM20.6 94.4L26.8 94.4L28.6 98L20.6 98Z',
  );
  if (horn) {
    fillOutline(context, '#f8dc8c', 'M83.4 15.4L93 -6L87 19Z');
    strokeOutline(context, '#d9a94a', 0.6, 'M85 12L88 13.4M87 7.4L90 8.6M89 3L91.2 4');
  }
}

/** @param {Context} context @param {{ coat: string, pale: string, antlers: boolean }} paint */
export function drawDeer(context, { coat, pale, antlers }) {
  const bone = mix('#d8c0a0', darken(coat, 0.3), 0.25);
  const far = darken(coat, 0.32);
  fillOutline(
    context,
    far,
    'M59 60L60 80L59 93L60.8 98L55.4 98L55.6 80L53 60ZM40 60C40 66 38 72 36.4 78L35.8 93L37.6 98L32 98L31.8 80L30 62Z',
  );
  if (antlers) {
    strokeOutline(
      context,
      darken(bone, 0.25),
      1.6,
      'M78 24C72 16 66 10 68 -4M73 16C70 14 66 14 63 10M69.4 8C67 6 65 4 62 -1',
    );
    strokeOutline(context, bone, 1.9, 'M80 23C82 14 88 8 86 -6M83.4 14C87 12 90 12 93 8M86.4 5C89 3 91 0 93 -4');
  }
  fillOutline(context, far, 'M76 25C72 22 68 22 65 24C68 28 72 29 76 28Z');
  fillOutline(context, downwards(context, 20, 98, [lighten(coat, 0.1), coat, darken(coat, 0.26)]), DEER);
  fillOutline(
    context,
    fade(pale, 0.85),
    'M71 60C60 66 44 65.6 35 62.4C42 60 58 60 68 52ZM23 47C19 50 18.4 56 21 60C24 57 25 51 23 47Z',
  );
  fillOutline(context, fade(pale, 0.8), 'M80 38C77.6 41 77 46 75.4 51C73 47 73 41 75.6 36Z');
  fillOutline(context, darken(coat, 0.12), 'M78 23.6C74 17 70 15.4 66.6 16.4C68 21 72 25.6 77 26.6Z');
  for (const [x, y] of [
    [34, 48],
    [40, 47],
    [46, 49],
    [37, 52],
    [43, 53],
    [30, 52],
    [50, 53],
  ])
    fillEllipse(context, fade(pale, antlers ? 0 : 0.8), x, y, 1.1, 0.8);
  fillEllipse(context, '#1c1517', 83.2, 28.6, 1.25, 1.45);
  fillEllipse(context, '#ffffff', 83.6, 28.1, 0.4);
  fillEllipse(context, '#241b1e', 91.4, 33.6, 1.7, 1.5);
  fillOutline(context, fade('#241b1e', 0.9), 'M66 95L69.6 95L71.4 98L66 98ZM23 95L27 95L28.6 98L23 98Z');
}

/** @param {Context} context @param {string} coat */
export function drawElephant(context, coat) {
  fillOutline(context, darken(coat, 0.3), 'M52 70L53 98L43 98L42 70ZM30 72L30 98L21 98L22 70Z');
  strokeOutline(context, darken(coat, 0.15), 1.6, 'M10 50C6 58 7 66 8 72');
  fillOutline(
    context,
    downwards(context, 20, 98, [lighten(coat, 0.16), coat, darken(coat, 0.22)]),
    'M60 26C70 20 84 24 88 36C91 46 89 56 90 66C90.6 74 94 78 97 75L98.6 78C95 84 87 82 85 72C84 64 83 60 80 57C77 60 73 62 69 63L69 98L57 98L56 74C48 77 38 77 30 74L24 98L12 98L13 76C7 66 8 48 17 38C28 26 46 27 60 26Z',
  );
  fillOutline(context, darken(coat, 0.14), 'M58 28C66 24 74 28 74 40C74 52 68 60 62 60C55 54 52 38 58 28Z');
  fillOutline(
    context,
    fade(mix(coat, '#e0a8a0', 0.4), 0.6),
    'M60 33C65 30 70 34 70 41C70 49 66 55 63 55C58 50 57 39 60 33Z',
  );
  fillOutline(context, '#f6efdc', 'M80 55C83 62 88 66 93 64C89 62 86 58 84.6 53Z');
  fillEllipse(context, '#1d191d', 80, 38, 1.4, 1.6);
  for (const x of [13.6, 58])
    for (let toe = 0; toe < 3; toe++) fillEllipse(context, lighten(coat, 0.4), x + 1.5 + toe * 3.6, 97.2, 1.4, 1.2);
}

/** @param {Context} context @param {Random} random @param {{ coat: string, dark: string }} paint */
export function drawSheep(context, random, { coat, dark }) {
  for (const x of [28, 36, 56, 64]) fillOutline(context, dark, `M${x} 74L${x + 5} 74L${x + 4.4} 98L${x + 0.6} 98Z`);
  const curl = (/** @type {string} */ tone, /** @type {number} */ shift, /** @type {number} */ scale) => {
    for (let lock = 0; lock < 26; lock++) {
      const angle = (lock / 26) * Math.PI * 2;
      fillEllipse(
        context,
        tone,
        47 + Math.cos(angle) * 24 * scale - shift,
        60 + Math.sin(angle) * 15 * scale - shift,
        8.4 * scale + random.around(0, 0.8),
      );
    }
    fillEllipse(context, tone, 47 - shift, 60 - shift, 26 * scale, 17 * scale);
  };
  curl(darken(coat, 0.16), 0, 1);
  curl(coat, 2, 0.84);
  fillOutline(context, dark, 'M74 44C80 42 86 46 89 54C90 60 86 63 81 62C76 60 72 54 72 48Z');
  fillOutline(context, darken(dark, 0.2), 'M73 46C68 45 65 48 64 52C68 53 72 51 74 49Z');
  fillEllipse(context, coat, 75, 43, 6.4, 5);
  fillEllipse(context, '#ffffff', 82, 51.6, 1.5, 1.7);
  fillEllipse(context, '#171217', 82.4, 51.8, 0.9, 1.1);
}

/** @param {Context} context @param {{ coat: string, patch: string }} paint */
export function drawCow(context, { coat, patch }) {
  fillOutline(context, darken(coat, 0.3), 'M56 68L57 98L51 98L50 68ZM34 68L34 98L28 98L27 66Z');
  strokeOutline(context, darken(coat, 0.2), 1.8, 'M14 44C8 52 9 62 10 72');
  fillEllipse(context, patch, 10, 74, 2.4, 4.4);
  const body = new Path2D(
    'M14 42C22 36 50 38 64 38C70 32 76 28 82 29C90 31 96 40 97 47C96 52 91 54 86 53C80 54 77 58 74 64L70 70L70 98L63 98L62 74C50 78 36 78 28 74L22 98L15 98L16 72C10 62 9 48 14 42Z',
  );
  context.fillStyle = downwards(context, 28, 98, [lighten(coat, 0.1), coat, darken(coat, 0.16)]);
  context.fill(body);
  context.save();
  context.clip(body);
  for (const [x, y, across, down] of [
    [24, 48, 11, 9],
    [46, 60, 12, 8],
    [56, 42, 9, 7],
    [18, 72, 7, 7],
    [80, 36, 7, 8],
    [66, 72, 6, 6],
  ])
    fillEllipse(context, patch, x, y, across, down, x);
  context.restore();
  fillOutline(context, '#f0c3b4', 'M88 47C92 44 97 45 97.4 48C96.6 53 90 55 87 52Z');
  fillOutline(
    context,
    '#e8ddc4',
    'M76 30C73 26 73 22 75.4 20C76 24 79 27 81 29ZM84 29C87 26 88 22 87 19C90 22 90 27 87 31Z',
  );
  fillOutline(context, darken(coat, 0.2), 'M76 32C71 31 67 33 66 36C70 39 75 37 78 35Z');
  fillEllipse(context, '#1f181a', 85, 38.6, 1.4, 1.6);
}
