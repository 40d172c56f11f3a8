import { darken, fade, lighten } from '../colour.js';
import { fillEllipse, fillOutline, fillPolygon, rightwards, strokeOutline } from '../draw.js';

/** @import { Context } from '../types.d.ts' */

/** A sailing boat in a box of 100 by 100, waterline at y = 96. @param {Context} context @param {{ hull: string, sail: string, dark: string }} paint */
export function drawSailboat(context, { hull, sail, dark }) {
  strokeOutline(context, darken(dark, 0.1), 1.4, 'M48 84L48 4');
  fillOutline(
    context,
    rightwards(context, 50, 86, [lighten(sail, 0.2), darken(sail, 0.14)]),
    'M50 8C68 30 80 54 84 78L50 78Z',
  );
  fillOutline(context, rightwards(context, 16, 46, [darken(sail, 0.12), sail]), 'M46 14C42 42 32 64 16 78L46 78Z');
  strokeOutline(context, fade(dark, 0.25), 0.6, 'M50 32L66 32M50 55L77 55');
  fillOutline(context, hull, 'M10 82L92 82C88 92 80 98 72 98L28 98C20 98 13 92 10 82Z');
  fillOutline(context, fade(darken(hull, 0.5), 0.5), 'M13 90L89 90C84 96 78 98 72 98L28 98C21 98 16 95 13 90Z');
  fillPolygon(context, lighten(hull, 0.55), [
    [10, 82],
    [92, 82],
    [91, 85],
    [11, 85],
  ]);
}

/** A three-master in a box of 100 by 100. @param {Context} context @param {{ hull: string, sail: string, dark: string }} paint */
export function drawTallShip(context, { hull, sail, dark }) {
  strokeOutline(context, dark, 1.1, 'M30 84L30 16M50 84L50 4M70 84L70 18M78 78L100 58');
  strokeOutline(context, fade(dark, 0.7), 0.4, 'M30 16L50 4L70 18L98 60M30 16L8 78M50 8L14 78M70 18L90 74');
  for (const [x, top, scale] of [
    [30, 20, 0.82],
    [70, 22, 0.8],
    [50, 8, 1],
  ]) {
    for (let tier = 0; tier < 3; tier++) {
      const half = (8 + tier * 3.2) * scale;
      const y = top + tier * 19 * scale + tier * 2;
      const tall = 17 * scale;
      fillOutline(
        context,
        rightwards(context, x - half, x + half + 4, [lighten(sail, 0.2), sail, darken(sail, 0.18)]),
        `M${x - half} ${y}L${x + half} ${y}C${x + half + 5} ${y + tall * 0.5} ${x + half + 3} ${y + tall} ${x + half + 1} ${y + tall}Q${x} ${y + tall * 0.82} ${x - half - 1} ${y + tall}C${x - half + 4} ${y + tall * 0.6} ${x - half + 3} ${y + tall * 0.3} ${x - half} ${y}Z`,
      );
    }
  }
  fillOutline(context, lighten(sail, 0.1), 'M76 76L92 64L76 40Z');
  fillOutline(context, hull, 'M6 70L16 72L16 80L78 80L96 74C92 88 84 99 72 99L26 99C14 98 8 86 6 70Z');
  fillOutline(context, fade(darken(hull, 0.6), 0.45), 'M9 88L90 88C84 96 78 99 72 99L26 99C17 98 12 94 9 88Z');
  fillOutline(context, lighten(hull, 0.4), 'M7 76L16 79L16 81L78 82L93 77L92 80L78 85L15 84L8 80Z');
  for (let port = 0; port < 7; port++) fillEllipse(context, darken(hull, 0.5), 24 + port * 8, 89, 1.2);
}

/** A rowing boat with its reflection's shade, in a box of 100 by 100. @param {Context} context @param {{ hull: string, dark: string }} paint */
export function drawRowboat(context, { hull, dark }) {
  fillOutline(context, darken(hull, 0.45), 'M6 72C30 66 70 66 94 72C70 78 30 78 6 72Z');
  strokeOutline(context, darken(dark, 0.2), 1.6, 'M40 74L14 92M62 74L90 90');
  fillOutline(
    context,
    rightwards(context, 4, 96, [lighten(hull, 0.2), hull, darken(hull, 0.25)]),
    'M2 70C24 78 76 78 98 70C94 86 82 96 70 97L30 97C18 96 6 86 2 70Z',
  );
  strokeOutline(context, lighten(hull, 0.4), 1.5, 'M3 71C26 79 74 79 97 71');
  strokeOutline(context, fade(darken(hull, 0.5), 0.5), 0.8, 'M8 82C30 87 70 87 92 82');
}

/** A car from behind, in a box of 100 by 100. @param {Context} context @param {{ hull: string, glass: string, dark: string, lit: boolean }} paint */
export function drawCar(context, { hull, glass, dark, lit }) {
  fillEllipse(context, fade('#000000', 0.35), 50, 98, 48, 5);
  for (const x of [9, 75]) {
    context.fillStyle = darken(dark, 0.4);
    context.beginPath();
    context.roundRect(x, 74, 16, 25, 4);
    context.fill();
  }
  fillOutline(context, darken(hull, 0.12), 'M20 52C24 34 28 26 34 25L66 25C72 26 76 34 80 52Z');
  fillOutline(context, glass, 'M26 50C29 38 32 31 36 30L64 30C68 31 71 38 74 50Z');
  fillOutline(context, fade('#ffffff', 0.3), 'M30 49C33 38 35 33 38 32L47 32L40 49Z');
  context.fillStyle = rightwards(context, 4, 96, [lighten(hull, 0.2), hull, darken(hull, 0.2)]);
  context.fill(
    new Path2D('M12 52C30 48 70 48 88 52C95 56 96 66 95 84C94 90 90 91 86 91L14 91C10 91 6 90 5 84C4 66 5 56 12 52Z'),
  );
  for (const x of [9, 77]) {
    context.fillStyle = lit ? '#ff5a4a' : '#c8372e';
    context.beginPath();
    context.roundRect(x, 60, 14, 8, 3);
    context.fill();
  }
  context.fillStyle = fade('#f6f1e2', 0.9);
  context.fillRect(40, 70, 20, 8);
  context.fillStyle = fade(dark, 0.6);
  context.fillRect(8, 83, 84, 5);
}
