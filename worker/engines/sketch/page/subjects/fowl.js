import { darken, fade, lighten } from '../colour.js';
import { downwards, fillEllipse, fillOutline, strokeOutline } from '../draw.js';

/** @import { Context } from '../types.d.ts' */

/** Birds that stand and look at you, in a box of 100 by 100. Eyes near (42, 37) and (58, 37). */

/** @param {Context} context @param {() => void} draw */
function onBothSides(context, draw) {
  draw();
  context.save();
  context.translate(100, 0);
  context.scale(-1, 1);
  draw();
  context.restore();
}

/** @param {Context} context @param {string} coat */
export function drawOwl(context, coat) {
  const pale = lighten(coat, 0.6);
  const dark = darken(coat, 0.4);
  fillOutline(
    context,
    downwards(context, 20, 98, [coat, darken(coat, 0.2)]),
    'M50 18C66 16 78 26 78 44C82 64 78 88 62 96L38 96C22 88 18 64 22 44C22 26 34 16 50 18Z',
  );
  onBothSides(context, () =>
    fillOutline(context, dark, 'M54 24C62 20 70 16 76 12C77 20 76 28 73 33C67 27 60 25 54 24Z'),
  );
  fillOutline(context, pale, 'M50 54C62 54 68 62 67 74C66 86 58 94 50 95C42 94 34 86 33 74C32 62 38 54 50 54Z');
  context.strokeStyle = fade(dark, 0.5);
  for (let row = 0; row < 5; row++) {
    for (let feather = 0; feather < 5 - (row % 2); feather++) {
      const x = 37.5 + feather * 6.2 + (row % 2) * 3.1;
      strokeOutline(
        context,
        fade(dark, 0.5),
        1,
        `M${x - 2} ${64 + row * 6}Q${x} ${67 + row * 6} ${x + 2} ${64 + row * 6}`,
      );
    }
  }
  onBothSides(context, () =>
    fillOutline(
      context,
      downwards(context, 48, 90, [darken(coat, 0.1), dark]),
      'M73 46C82 58 82 80 70 92C64 80 64 58 73 46Z',
    ),
  );
  onBothSides(context, () => {
    fillEllipse(context, lighten(coat, 0.45), 59, 38, 12.5, 13);
    fillEllipse(context, '#f5b93a', 58.4, 38, 8);
    fillEllipse(context, '#1d1820', 58, 38, 5.2);
    fillEllipse(context, '#ffffff', 60, 35.8, 1.8);
    strokeOutline(context, '#d9963a', 2, 'M56 95L54 99M59 95L59 99.4M62 95L64 99');
  });
  fillOutline(context, '#e59a35', 'M46.6 44C49 42 51 42 53.4 44C53 49 51 52 50 53C49 52 47 49 46.6 44Z');
}

/** @param {Context} context @param {string} coat */
export function drawPenguin(context, coat) {
  onBothSides(context, () => fillOutline(context, darken(coat, 0.25), 'M70 48C82 56 88 70 84 80C78 78 72 72 70 64Z'));
  fillOutline(
    context,
    downwards(context, 14, 98, [lighten(coat, 0.1), coat]),
    'M50 14C66 14 74 26 73 40C80 58 80 86 66 97L34 97C20 86 20 58 27 40C26 26 34 14 50 14Z',
  );
  fillOutline(context, '#f8f5ee', 'M50 50C64 48 72 62 70 78C69 90 62 96 50 97C38 96 31 90 30 78C28 62 36 48 50 50Z');
  onBothSides(context, () => {
    fillOutline(context, '#f8f5ee', 'M50 34C54 26 66 26 68 37C69 47 60 53 50 52Z');
    fillEllipse(context, '#17151d', 58, 38, 3.4, 3.8);
    fillEllipse(context, '#ffffff', 59.3, 36.5, 1.1);
    fillEllipse(context, fade('#f29a8a', 0.5), 63, 45, 3.2, 2.2);
    fillOutline(context, '#ee9a35', 'M53 96C58 93 66 94 69 98C64 100 56 100 53 98Z');
  });
  fillOutline(context, '#f0a03a', 'M43 43C47 40 53 40 57 43C55 47 52 49 50 49.6C48 49 45 47 43 43Z');
}
