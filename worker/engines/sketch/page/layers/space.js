import { darken, fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, glow, ramp } from '../draw.js';
import { createNoise2d } from '../noise.js';
import { paintFigure } from '../subjects/figure.js';
import { drawAstronaut } from '../subjects/person.js';

/** @import { Paint } from '../types.d.ts' */

/** Deep space with bright nebulas. @type {Paint} */
export function paintNebula(context, scene, random) {
  const { layout, colours } = scene;
  const { width, height, unit } = layout;
  const [first, second, third] = colours[0]
    ? [colours[0], lighten(colours[0], 0.3), colours[1] ?? '#f2a65a']
    : random.pick([
        ['#5b3fd0', '#d14f9c', '#f2a65a'],
        ['#1f6fb8', '#3fc7c0', '#b97af0'],
        ['#b8324f', '#f08a4b', '#5a4fcf'],
        ['#2f4fb8', '#8a5fe0', '#5fd0e0'],
      ]);
  context.fillStyle = downwards(context, 0, height, ramp(['#050614', mix('#0b0a26', first, 0.16), '#04050f'], 8));
  context.fillRect(0, 0, width, height);
  const noise = createNoise2d(random.fork('nebula'));
  context.save();
  context.globalCompositeOperation = 'screen';
  for (let cloud = 0; cloud < 190; cloud++) {
    const x = width * random.next();
    const y = height * random.next();
    const thick = noise(x / (unit * 34), y / (unit * 34)) + 0.5 * noise(x / (unit * 13) + 9, y / (unit * 13));
    if (thick < -0.05) continue;
    const hue = thick > 0.55 ? third : noise(x / (unit * 40) + 50, y / (unit * 40)) > 0 ? first : second;
    glow(context, x, y, unit * random.between(7, 24), hue, 0.05 + 0.16 * Math.min(1, thick));
  }
  context.restore();
}

/** The edge of a planet at the bottom. @type {Paint} */
export function paintWorld(context, scene, random) {
  const { layout, palette } = scene;
  const { width, height, unit } = layout;
  const radius = Math.max(width, height) * 1.1;
  const x = width * random.between(0.3, 0.7);
  const y = height + radius - unit * 21;
  const tone = mix(palette.accent, random.pick(['#3f7fbf', '#7a5fa8', '#bf6f4f']), 0.6);
  glow(context, x, y, radius * 1.1, lighten(tone, 0.35), 0.5);
  context.save();
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
  context.clip();
  context.fillStyle = downwards(context, y - radius, y - radius + unit * 40, [
    lighten(tone, 0.5),
    tone,
    darken(tone, 0.45),
    darken(tone, 0.7),
  ]);
  context.fillRect(0, y - radius, width, radius);
  for (let cloud = 0; cloud < 40; cloud++)
    fillEllipse(
      context,
      fade('#ffffff', random.between(0.05, 0.2)),
      width * random.next(),
      y - radius + unit * random.between(2, 22),
      unit * random.between(6, 22),
      unit * random.between(0.5, 1.4),
      random.around(0, 0.12),
    );
  context.restore();
}

/** @type {Paint} */
export function paintSpacefarer(context, scene) {
  const { layout, palette, things } = scene;
  const traveller = things.find((thing) => thing.name === 'astronaut');
  if (!traveller) return;
  paintFigure(
    context,
    scene,
    {
      x: layout.width * 0.5,
      y: layout.height * 0.5 + layout.unit * 26,
      size: layout.unit * 50,
      shadow: false,
      veil: 0.3,
    },
    (sheet) => drawAstronaut(sheet, mix(palette.accent, '#2a3f8a', 0.6), traveller.colour ?? '#f07a4a'),
  );
}
