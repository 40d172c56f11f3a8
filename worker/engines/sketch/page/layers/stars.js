import { fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, glow } from '../draw.js';
import { createNoise } from '../noise.js';

/** @import { Context, Paint, Random, Scene } from '../types.d.ts' */

/** @param {Scene} scene how far down stars may shine */
const skyBottom = ({ kind, layout }) => (kind === 'space' ? layout.height : layout.horizon);

/** @type {Paint} */
export function paintStars(context, scene, random) {
  const { palette, layout, time } = scene;
  const bottom = skyBottom(scene);
  const dark = time === 'night' || scene.kind === 'space';
  const count = Math.round((dark ? 330 : 110) * Math.min(2, (layout.width * bottom) / (5400 * layout.unit ** 2)));
  for (let index = 0; index < count; index++) {
    const x = random.next() * layout.width;
    const y = random.next() ** (scene.kind === 'space' ? 1 : 1.35) * bottom;
    const size = layout.unit * (0.05 + 0.17 * random.next() ** 5);
    const air = scene.kind === 'space' ? 1 : 1 - 0.85 * (y / bottom) ** 2;
    const hue = random.pick(['#ffffff', '#ffffff', '#cfe0ff', '#ffe6c4']);
    fillEllipse(context, fade(hue, (0.25 + 0.75 * random.next()) * air), x, y, Math.max(0.45, size));
    if (random.chance(0.022) && dark) paintTwinkle(context, x, y, layout.unit * random.between(0.9, 1.8), hue, air);
  }
  if (scene.sky.includes('comet')) paintComet(context, scene, random);
  if (dark) glow(context, layout.width * 0.5, bottom, layout.width * 0.7, palette.sky[3], 0.12, 0.4);
}

/** @param {Context} context @param {number} x @param {number} y @param {number} size @param {string} hue @param {number} air */
function paintTwinkle(context, x, y, size, hue, air) {
  glow(context, x, y, size * 1.6, hue, 0.45 * air);
  context.fillStyle = fade(hue, 0.85 * air);
  for (const [along, across] of [
    [size, size * 0.07],
    [size * 0.07, size],
  ]) {
    context.beginPath();
    context.ellipse(x, y, along, across, 0, 0, Math.PI * 2);
    context.fill();
  }
}

/** @param {Context} context @param {Scene} scene @param {Random} random */
function paintComet(context, { layout }, random) {
  const count = random.integer(1, 3);
  for (let index = 0; index < count; index++) {
    const x = layout.width * random.between(0.15, 0.8);
    const y = layout.horizon * random.between(0.1, 0.5);
    const length = layout.unit * random.between(14, 30);
    const gradient = context.createLinearGradient(x, y, x + length, y - length * 0.5);
    gradient.addColorStop(0, 'rgba(255,255,255,0.95)');
    gradient.addColorStop(1, 'rgba(255,255,255,0)');
    context.fillStyle = gradient;
    context.beginPath();
    context.moveTo(x - layout.unit * 0.3, y + layout.unit * 0.3);
    context.lineTo(x + length, y - length * 0.5);
    context.lineTo(x + layout.unit * 0.25, y + layout.unit * 0.35);
    context.fill();
    glow(context, x, y, layout.unit * 3, '#ffffff', 0.8);
  }
}

/** @type {Paint} */
export function paintMilkyWay(context, scene, random) {
  const { palette, layout } = scene;
  const { width, unit } = layout;
  const bottom = skyBottom(scene);
  const lean = random.chance(0.5) ? 1 : -1;
  const noise = createNoise(random.fork('band'), 3);
  const place = (/** @type {number} */ along) => ({
    x: width * 0.5 + lean * (along - 0.5) * width * 0.75 + noise(along * 4) * unit * 5,
    y: bottom * (1.05 - along * 1.15),
  });
  for (let index = 0; index < 120; index++) {
    const along = random.next();
    const { x, y } = place(along);
    const hue = random.pick([palette.sky[3], mix(palette.sky[3], '#ffd9e8', 0.6), mix(palette.sky[2], '#b9d4ff', 0.6)]);
    glow(
      context,
      x + random.around(0, unit * 15),
      y + random.around(0, unit * 7),
      unit * random.between(7, 17),
      lighten(hue, 0.25),
      random.between(0.03, 0.1),
    );
  }
  for (let index = 0; index < 40; index++) {
    const { x, y } = place(random.next());
    glow(
      context,
      x + random.around(0, unit * 5),
      y + random.around(0, unit * 5),
      unit * random.between(2, 6),
      palette.sky[0],
      random.between(0.1, 0.26),
    );
  }
  const stars = Math.min(900, Math.round(620 * (bottom / (unit * 60))));
  for (let index = 0; index < stars; index++) {
    const { x, y } = place(random.next());
    const spread = unit * 13;
    fillEllipse(
      context,
      fade('#ffffff', random.between(0.2, 0.9)),
      x + random.around(0, spread),
      y + random.around(0, spread),
      Math.max(0.4, unit * random.between(0.03, 0.09)),
    );
  }
}

/** @type {Paint} */
export function paintAurora(context, { layout, palette }, random) {
  const { width, horizon, unit } = layout;
  context.save();
  context.globalCompositeOperation = 'screen';
  const greens = ['#3dffa2', '#4dffc9', '#59e0ff'];
  for (let curtain = 0; curtain < 3; curtain++) {
    const noise = createNoise(random.fork(`curtain ${curtain}`), 3);
    const base = horizon * random.between(0.5, 0.82);
    const low = random.pick(greens);
    const high = random.pick(['#8a5cff', '#c04dff', '#4d8dff']);
    const step = Math.max(2, unit * 0.8);
    for (let x = -step; x < width + step; x += step) {
      const sway = noise(x / (unit * 26));
      const bottom = base + sway * horizon * 0.2;
      const reach = horizon * (0.34 + 0.2 * noise(x / (unit * 9) + 50));
      const strength = Math.max(0, 0.3 + 0.28 * noise(x / (unit * 5) + 90) + 0.1 * sway);
      context.fillStyle = downwards(context, bottom - reach, bottom, [
        fade(high, 0),
        fade(high, strength * 0.35),
        fade(low, strength * 0.8),
        fade(low, strength),
        fade(low, 0),
      ]);
      context.fillRect(x, bottom - reach, step + 0.6, reach);
    }
  }
  glow(context, width * 0.5, horizon, width * 0.6, mix('#3dffa2', palette.sky[3], 0.4), 0.22, 0.4);
  context.restore();
}
