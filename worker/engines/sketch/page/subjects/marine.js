import { darken, fade, lighten } from '../colour.js';
import { downwards, fillEllipse, fillOutline, fillPolygon, strokeOutline } from '../draw.js';

/** @import { Context, Random } from '../types.d.ts' */

/** A whale that leaps to the right out of water at y = 96. @param {Context} context @param {Random} random @param {string} coat */
export function drawLeapingWhale(context, random, coat) {
  const skin = context.createLinearGradient(30, 10, 80, 80);
  skin.addColorStop(0, lighten(coat, 0.22));
  skin.addColorStop(0.5, coat);
  skin.addColorStop(1, darken(coat, 0.25));
  fillOutline(context, darken(coat, 0.2), 'M44 52C32 50 18 56 10 68C24 70 38 66 48 60Z');
  fillOutline(
    context,
    skin,
    'M22 97C22 66 36 34 60 18C70 11 84 9 90 14C94 20 92 30 86 38C78 48 72 58 70 72C69 82 68 90 68 97Z',
  );
  fillOutline(
    context,
    '#eef2f4',
    'M91 17C93 24 91 31 86 38C78 48 72 58 70 72C69 82 68 90 68 97L54 97C54 78 60 58 72 42C79 33 86 26 91 17Z',
  );
  for (let groove = 0; groove < 6; groove++)
    strokeOutline(
      context,
      fade(darken(coat, 0.1), 0.55),
      0.7,
      `M${58 + groove * 2} 97C${58 + groove * 2} ${76} ${64 + groove * 1.6} ${58} ${74 + groove * 2} ${43 - groove * 1.6}`,
    );
  fillOutline(context, darken(coat, 0.3), 'M66 56C76 60 84 70 86 82C76 80 66 72 60 62Z');
  fillEllipse(context, '#14131a', 71.6, 33, 1.5, 1.7);
  fillEllipse(context, '#ffffff', 72, 32.4, 0.5);
  fillOutline(context, darken(coat, 0.2), 'M29 68C24 64 20 64 17 66C21 69 24 74 25 79Z');
  for (let drop = 0; drop < 70; drop++) {
    const angle = Math.PI * random.between(1.02, 1.98);
    const reach = random.between(16, 46) * Math.sqrt(random.next());
    fillEllipse(
      context,
      fade('#ffffff', random.between(0.4, 0.95)),
      45 + Math.cos(angle) * reach * 1.15,
      97 + Math.sin(angle) * reach * 0.62,
      random.between(0.5, 3.4),
    );
  }
  for (let crest = 0; crest < 9; crest++)
    fillEllipse(context, fade('#ffffff', 0.75), 12 + crest * 8.4, 97, 7, random.between(2, 4.4));
}

/** A whale that swims to the right. @param {Context} context @param {string} coat */
export function drawSwimmingWhale(context, coat) {
  fillOutline(
    context,
    downwards(context, 34, 70, [lighten(coat, 0.24), coat, darken(coat, 0.22)]),
    'M96 52C98 40 82 32 62 34C42 36 28 44 16 47C12 42 6 38 0 38C2 44 5 48 9 50C5 53 3 58 2 63C8 62 13 58 17 53C34 60 46 70 66 70C84 70 95 64 96 52Z',
  );
  fillOutline(context, fade('#eef4f6', 0.92), 'M96 53C94 64 84 70 66 70C54 70 44 65 34 60C52 62 80 62 96 53Z');
  for (let groove = 0; groove < 5; groove++)
    strokeOutline(
      context,
      fade(darken(coat, 0.1), 0.4),
      0.5,
      `M${54 + groove * 3} ${62.4 + groove * 1.4}C${66 + groove * 2} ${65 + groove} ${78} ${64 + groove} ${90 - groove} ${58 + groove * 1.6}`,
    );
  fillOutline(context, darken(coat, 0.3), 'M66 60C64 72 56 80 46 84C46 74 52 64 58 59Z');
  fillEllipse(context, '#14131a', 84, 51, 1.2, 1.4);
}

/** A fish that swims to the right. @param {Context} context @param {{ coat: string, second: string, stripes: boolean }} paint */
export function drawFish(context, { coat, second, stripes }) {
  fillOutline(
    context,
    darken(coat, 0.16),
    'M24 50C14 40 6 34 0 32C4 42 5 48 4 52C5 58 3 64 0 70C8 68 16 60 24 52ZM44 30C52 18 66 16 76 22C70 26 66 30 62 34ZM48 70C54 80 62 82 70 80C66 76 62 72 60 68Z',
  );
  const body = new Path2D('M98 50C92 34 74 26 56 28C40 30 28 40 18 50C28 60 40 70 56 72C74 74 92 66 98 50Z');
  context.fillStyle = downwards(context, 28, 72, [lighten(coat, 0.3), coat, darken(coat, 0.16)]);
  context.fill(body);
  if (stripes) {
    context.save();
    context.clip(body);
    for (const x of [32, 54, 76])
      fillOutline(
        context,
        second,
        `M${x - 4} 20C${x + 4} 40 ${x + 4} 60 ${x - 4} 80L${x + 5} 80C${x + 12} 60 ${x + 12} 40 ${x + 5} 20Z`,
      );
    context.restore();
  }
  fillOutline(context, darken(coat, 0.22), 'M62 52C56 54 52 60 52 64C58 64 64 60 67 56Z');
  fillEllipse(context, '#ffffff', 85, 45, 4);
  fillEllipse(context, '#16141c', 86, 45, 2.3);
  fillEllipse(context, '#ffffff', 86.8, 44, 0.8);
}

/** @param {Context} context @param {Random} random @param {string} hue */
export function drawJellyfish(context, random, hue) {
  for (let arm = 0; arm < 9; arm++) {
    const x = 26 + arm * 6;
    const sway = random.around(0, 9);
    strokeOutline(
      context,
      fade(lighten(hue, 0.35), 0.5),
      arm % 2 === 0 ? 2.4 : 1,
      `M${x} 44C${x + sway} 60 ${x - sway} 76 ${x + sway * 0.6} ${random.between(84, 104)}`,
    );
  }
  const bell = context.createRadialGradient(50, 30, 4, 50, 34, 40);
  bell.addColorStop(0, fade(lighten(hue, 0.65), 0.95));
  bell.addColorStop(0.6, fade(hue, 0.7));
  bell.addColorStop(1, fade(lighten(hue, 0.2), 0.85));
  fillOutline(
    context,
    bell,
    'M14 46C12 20 30 4 50 4C70 4 88 20 86 46C80 42 76 50 70 45C64 41 60 50 50 45C40 50 36 41 30 45C24 50 20 42 14 46Z',
  );
  strokeOutline(context, fade('#ffffff', 0.5), 1.2, 'M34 14C26 20 23 28 23 36M50 10L50 40M66 14C74 20 77 28 77 36');
}

/** A turtle that swims to the right. @param {Context} context @param {string} hue */
export function drawTurtle(context, hue) {
  const skin = lighten(hue, 0.3);
  fillOutline(
    context,
    skin,
    'M66 42C70 26 64 14 52 8C50 22 52 34 56 44ZM66 62C68 76 62 88 50 94C48 82 50 72 56 62ZM26 44C18 36 12 34 6 36C8 44 14 48 24 50ZM26 60C18 66 12 70 6 68C8 60 14 56 24 54Z',
  );
  fillEllipse(context, skin, 88, 52, 10, 8);
  fillEllipse(context, '#18161c', 92, 49, 1.6);
  fillEllipse(context, downwards(context, 28, 76, [lighten(hue, 0.12), hue, darken(hue, 0.3)]), 52, 52, 31, 23);
  for (const [x, y] of [
    [40, 44],
    [40, 60],
    [54, 40],
    [54, 64],
    [66, 46],
    [66, 58],
    [53, 52],
    [32, 52],
  ])
    fillPolygon(context, fade(darken(hue, 0.35), 0.5), [
      [x - 5, y],
      [x - 2.5, y - 4.6],
      [x + 2.5, y - 4.6],
      [x + 5, y],
      [x + 2.5, y + 4.6],
      [x - 2.5, y + 4.6],
    ]);
}
