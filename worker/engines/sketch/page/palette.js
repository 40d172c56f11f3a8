import { darken, lighten, lightnessOf, mix, saturate, tint } from './colour.js';
import { MAGICAL, NEON, TIMES } from './words/palettes.js';

/** @import { Palette, Random, Scene } from './types.d.ts' */

/**
 * @param {Palette} palette
 * @param {(hex: string) => string} change
 * @returns {Palette}
 */
function changeAll(palette, change) {
  const [top, upper, lower, horizon] = palette.sky;
  return {
    sky: [change(top), change(upper), change(lower), change(horizon)],
    sun: change(palette.sun),
    haze: change(palette.haze),
    land: change(palette.land),
    foliage: change(palette.foliage),
    ground: change(palette.ground),
    water: change(palette.water),
    cloud: change(palette.cloud),
    cloudShade: change(palette.cloudShade),
    accent: change(palette.accent),
    ambient: palette.ambient,
    ambientShare: palette.ambientShare,
  };
}

/** How a season changes the colours of leaves and ground. @type {Record<string, { foliage: string, ground: string, share: number }>} */
const SEASONS = {
  spring: { foliage: '#6fae6a', ground: '#a5cc6a', share: 0.4 },
  summer: { foliage: '#3f8a48', ground: '#8fb84f', share: 0.3 },
  autumn: { foliage: '#c0632d', ground: '#c08a45', share: 0.62 },
  winter: { foliage: '#5d7a88', ground: '#e8eff5', share: 0.6 },
};

/** @type {Record<string, (palette: Palette) => Palette>} */
const WEATHERS = {
  rain: (palette) => {
    const grey = mix(palette.haze, '#7d8a99', 0.5);
    return changeAll(palette, (hex) => mix(saturate(hex, 0.65), darken(grey, 0.2), 0.22));
  },
  storm: (palette) => {
    const dark = { ...palette, cloud: darken(palette.cloud, 0.3), cloudShade: darken(palette.cloudShade, 0.4) };
    const stormy = changeAll(dark, (hex) => darken(mix(saturate(hex, 0.6), '#3b4656', 0.26), 0.12));
    return { ...stormy, sun: palette.sun, accent: palette.accent };
  },
  fog: (palette) => ({
    ...changeAll(palette, (hex) => mix(saturate(hex, 0.75), palette.haze, 0.18)),
    accent: palette.accent,
  }),
  snow: (palette) => ({
    ...changeAll(palette, (hex) => mix(saturate(hex, 0.8), '#b9cbe0', 0.1)),
    ground: mix(palette.ground, palette.ambientShare > 0.4 ? '#8fa6d0' : '#f0f5fa', 0.75),
  }),
};

/** @type {Record<string, (palette: Palette) => Palette>} */
const STYLES = {
  pastel: (palette) => ({
    ...changeAll(palette, (hex) => lighten(saturate(hex, 0.8), 0.14 + 0.42 * (1 - lightnessOf(hex)))),
    ambientShare: palette.ambientShare * 0.3,
  }),
  retro: (palette) => changeAll(palette, (hex) => mix(tint(hex, '#d9a05a', 0.22), '#f0dcb4', 0.12)),
  minimal: (palette) => changeAll(palette, (hex) => lighten(saturate(hex, 0.85), 0.1)),
};

/** @type {Record<string, (palette: Palette) => Palette>} */
const MOODS = {
  gloomy: (palette) => ({
    ...changeAll(palette, (hex) => darken(saturate(hex, 0.55), 0.2)),
    sun: palette.sun,
    accent: palette.accent,
  }),
  vivid: (palette) => changeAll(palette, (hex) => saturate(hex, 1.22)),
  romantic: (palette) => changeAll(palette, (hex) => tint(hex, '#ff9a7a', 0.12)),
  calm: (palette) => changeAll(palette, (hex) => saturate(hex, 0.92)),
};

/**
 * @param {Omit<Scene, 'palette' | 'layout'>} scene
 * @param {Random} random
 * @returns {Palette}
 */
export function choosePalette(scene, random) {
  const magical =
    scene.moods.includes('magical') && (scene.time === 'dusk' || scene.time === 'night' || random.chance(0.7));
  const family = scene.styles.includes('neon') ? NEON : magical ? MAGICAL : TIMES[scene.time];
  let palette = random.pick(family);
  const season = SEASONS[scene.season ?? ''];
  if (season) {
    const share = season.share * (1 - palette.ambientShare);
    palette = {
      ...palette,
      foliage: mix(palette.foliage, season.foliage, share),
      ground: mix(palette.ground, season.ground, share),
    };
  }
  for (const weather of scene.weather) palette = WEATHERS[weather]?.(palette) ?? palette;
  for (const mood of scene.moods) palette = MOODS[mood]?.(palette) ?? palette;
  for (const style of scene.styles) palette = STYLES[style]?.(palette) ?? palette;
  const [first, second] = scene.colours;
  if (first) palette = tintBy(palette, first, second ?? first);
  const saturation = 0.86 + 0.34 * scene.strength;
  return changeAll(palette, (hex) => saturate(hex, saturation));
}

/** @param {Palette} palette @param {string} first @param {string} second */
function tintBy(palette, first, second) {
  const [top, upper, lower, horizon] = palette.sky;
  return {
    ...changeAll(palette, (hex) => tint(hex, first, 0.3)),
    sky: /** @type {Palette['sky']} */ ([
      tint(top, first, 0.75),
      tint(upper, first, 0.7),
      tint(lower, second, 0.65),
      tint(horizon, second, 0.5),
    ]),
    accent: second,
  };
}

/**
 * A colour of something `depth` far away (0 near, 1 at the horizon): air lies between.
 * @param {Palette} palette @param {string} hex @param {number} depth
 */
export const atDepth = (palette, hex, depth) => mix(hex, palette.haze, Math.min(0.92, depth * 0.9));

/** The colour of a body in the light of the scene. @param {Palette} palette @param {string} hex */
export const inLight = (palette, hex) => mix(hex, darken(palette.ambient, 0.15), palette.ambientShare * 0.8);
