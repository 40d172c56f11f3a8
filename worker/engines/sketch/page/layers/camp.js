import { darken } from '../colour.js';
import { fillEllipse, fillOutline, glow, inBox } from '../draw.js';
import { paintFigure } from '../subjects/figure.js';

/** @import { Paint } from '../types.d.ts' */

/** @type {Paint} */
export function paintCamp(context, scene, random) {
  const { layout, things } = scene;
  const { unit, height, focusX, width } = layout;
  const y = height - unit * 12;
  const side = focusX > width / 2 ? -1 : 1;
  const tent = things.find((thing) => thing.name === 'tent');
  if (tent) {
    const hue = tent.colour ?? '#e0a03c';
    paintFigure(context, scene, { x: focusX, y, size: unit * 34 }, (sheet) => {
      fillOutline(sheet, darken(hue, 0.28), 'M50 34L100 100L50 100Z');
      fillOutline(sheet, hue, 'M50 34L72 100L2 100Z');
      fillOutline(sheet, '#ffe6a0', 'M46 60L58 100L32 100Z');
    });
    glow(context, focusX - unit * 2, y - unit * 6, unit * 17, '#ffcf7a', 0.5);
  }
  if (!things.some((thing) => thing.name === 'campfire')) return;
  const x = focusX + side * unit * (tent ? 27 : 0);
  glow(context, x, y, unit * 42, '#ff9a3c', 0.55, 0.6);
  inBox(context, x, y + unit * 2, unit * 17, false, () => {
    fillOutline(context, '#4a2f22', 'M14 92L82 100L84 94L16 86ZM18 100L86 92L84 86L16 94Z');
    for (const [tone, scale] of /** @type {const} */ ([
      ['#e8542a', 1],
      ['#ff9a3c', 0.74],
      ['#ffe08a', 0.44],
    ])) {
      context.save();
      context.translate(50, 92);
      context.scale(scale, scale);
      fillOutline(
        context,
        tone,
        'M-26 0C-34 -24 -14 -32 -16 -56C-2 -44 -2 -62 4 -84C10 -62 26 -50 20 -32C26 -34 28 -40 28 -44C36 -26 32 -8 24 0Z',
      );
      context.restore();
    }
  });
  for (let spark = 0; spark < 24; spark++)
    fillEllipse(
      context,
      random.pick(['#ffb347', '#ffe08a']),
      x + random.around(0, unit * 8),
      y - unit * random.between(8, 34),
      unit * random.between(0.1, 0.28),
    );
}
