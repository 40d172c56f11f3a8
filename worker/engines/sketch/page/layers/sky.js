import { fade, lighten, mix } from '../colour.js';
import { downwards, fillEllipse, glow, ramp } from '../draw.js';

/** @import { Context, Paint, Scene } from '../types.d.ts' */

/** @type {Paint} */
export function paintSky(context, { palette, layout, time }) {
  const { width, height, horizon, sunX, unit } = layout;
  context.fillStyle = downwards(context, 0, horizon, ramp(palette.sky, 14));
  context.fillRect(0, 0, width, height);
  const low = time === 'sunset' || time === 'dawn' || time === 'dusk';
  glow(context, sunX, horizon, unit * (low ? 95 : 70), mix(palette.sky[3], palette.sun, 0.4), low ? 0.6 : 0.3, 0.55);
}

/** @type {Paint} */
export function paintSun(context, { palette, layout, time }) {
  const { sunX, sunY, sunRadius } = layout;
  const low = time !== 'day';
  glow(context, sunX, sunY, sunRadius * (low ? 9 : 7), palette.sun, low ? 0.55 : 0.5);
  glow(context, sunX, sunY, sunRadius * 3, palette.sun, 0.6);
  fillEllipse(context, lighten(palette.sun, 0.35), sunX, sunY, sunRadius * (low ? 1 : 0.8));
}

/** @type {Paint} */
export function paintMoon(context, scene, random) {
  const { palette, layout } = scene;
  const { sunX, sunY, sunRadius } = layout;
  glow(context, sunX, sunY, sunRadius * 8, palette.sun, 0.32);
  glow(context, sunX, sunY, sunRadius * 2.4, palette.sun, 0.45);
  context.save();
  context.beginPath();
  context.arc(sunX, sunY, sunRadius, 0, Math.PI * 2);
  context.clip();
  if (random.chance(0.35)) clipToCrescent(context, layout);
  context.fillStyle = palette.sun;
  context.fillRect(sunX - sunRadius, sunY - sunRadius, sunRadius * 2, sunRadius * 2);
  for (let crater = 0; crater < 9; crater++) {
    const angle = random.between(0, 7);
    const distance = sunRadius * Math.sqrt(random.next()) * 0.9;
    const radius = sunRadius * random.between(0.08, 0.3);
    const shade = fade(mix(palette.sun, palette.sky[1], 0.35), random.between(0.25, 0.5));
    fillEllipse(context, shade, sunX + Math.cos(angle) * distance, sunY + Math.sin(angle) * distance, radius);
  }
  glow(context, sunX - sunRadius * 0.5, sunY - sunRadius * 0.5, sunRadius * 1.6, '#ffffff', 0.5);
  context.restore();
}

/** Leaves out the part in the earth's shadow. @param {Context} context @param {Scene['layout']} layout */
function clipToCrescent(context, { sunX, sunY, sunRadius }) {
  context.beginPath();
  context.rect(sunX - sunRadius * 2, sunY - sunRadius * 2, sunRadius * 4, sunRadius * 4);
  context.arc(sunX + sunRadius * 0.45, sunY - sunRadius * 0.18, sunRadius * 0.92, 0, Math.PI * 2);
  context.clip('evenodd');
}

/** @type {Paint} */
export function paintPlanet(context, { palette, layout, kind }, random) {
  const { width, horizon, unit, focusX } = layout;
  const radius = unit * random.between(15, 21) * (kind === 'space' ? 1.25 : 1);
  const x = kind === 'space' ? layout.focusX : width - focusX * 0.9;
  const y = Math.max(radius * 0.7, horizon * 0.36);
  const body = mix(palette.accent, palette.sky[2], 0.35);
  const angle = random.around(-0.35, 0.2);
  const ring = (/** @type {boolean} */ front) => {
    context.lineCap = 'butt';
    for (const [size, share] of [
      [1.5, 0.55],
      [1.68, 0.8],
      [1.86, 0.4],
    ]) {
      context.strokeStyle = fade(lighten(body, 0.4), share);
      context.lineWidth = radius * 0.1;
      context.beginPath();
      context.ellipse(
        x,
        y,
        radius * size,
        radius * size * 0.26,
        angle,
        front ? 0 : Math.PI,
        front ? Math.PI : Math.PI * 2,
      );
      context.stroke();
    }
  };
  glow(context, x, y, radius * 2.2, body, 0.35);
  ring(false);
  context.save();
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
  context.clip();
  context.translate(x, y);
  context.rotate(angle);
  const bands = Array.from({ length: 9 }, () =>
    mix(body, random.pick([palette.sun, palette.sky[1], palette.accent]), random.between(0.05, 0.45)),
  );
  context.fillStyle = downwards(context, -radius, radius, bands);
  context.fillRect(-radius, -radius, radius * 2, radius * 2);
  const shade = context.createRadialGradient(-radius * 0.45, -radius * 0.4, radius * 0.3, 0, 0, radius * 1.25);
  shade.addColorStop(0, 'rgba(255,255,255,0.22)');
  shade.addColorStop(0.45, fade(palette.sky[0], 0));
  shade.addColorStop(1, fade(palette.sky[0], 0.92));
  context.fillStyle = shade;
  context.fillRect(-radius, -radius, radius * 2, radius * 2);
  context.restore();
  ring(true);
}

/** @type {Paint} */
export function paintRainbow(context, { layout }) {
  const { width, horizon, unit, sunX } = layout;
  const x = sunX > width / 2 ? width * 0.3 : width * 0.7;
  const radius = Math.min(width * 0.52, horizon * 0.86);
  const hues = ['#e5484d', '#f08c3a', '#f5d94e', '#5bb974', '#4a90d9', '#7b61c4'];
  context.lineCap = 'butt';
  for (let step = 0; step < 36; step++) {
    const hue = ramp(hues, 36)[step] ?? '#ffffff';
    const edge = Math.sin((Math.PI * (step + 0.5)) / 36);
    context.strokeStyle = downwards(context, horizon - radius, horizon, [
      fade(hue, 0.5 * edge),
      fade(hue, 0.34 * edge),
      fade(hue, 0.1 * edge),
    ]);
    context.lineWidth = unit * 0.26;
    context.beginPath();
    context.arc(x, horizon, radius - step * unit * 0.2, Math.PI, Math.PI * 2);
    context.stroke();
  }
}
