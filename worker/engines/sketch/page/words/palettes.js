/** @import { Palette, TimeOfDay } from '../types.d.ts' */

/**
 * @param {string} sky four colours, from the top to the horizon
 * @param {string} lights sun, haze, cloud, shaded side of a cloud, accent
 * @param {string} grounds land, foliage, ground, water
 * @param {string} ambient the air's colour
 * @param {number} ambientShare
 * @returns {Palette}
 */
function palette(sky, lights, grounds, ambient, ambientShare) {
  const [top, upper, lower, horizon] = sky.split(' ');
  const [sun, haze, cloud, cloudShade, accent] = lights.split(' ');
  const [land, foliage, ground, water] = grounds.split(' ');
  return {
    sky: [top, upper, lower, horizon],
    ...{ sun, haze, cloud, cloudShade, accent, land, foliage, ground, water },
    ...{ ambient, ambientShare },
  };
}

/** @type {Record<TimeOfDay, Palette[]>} */
export const TIMES = {
  dawn: [
    palette(
      '#4a5d8f #9d86b5 #f3b0a6 #ffe4c4',
      '#fff3d6 #e6b9b4 #ffd9c9 #b592b4 #e8798a',
      '#3b3f63 #567a5a #a9a45c #8aa0c0',
      '#ffb9a0',
      0.16,
    ),
    palette(
      '#4f7ea6 #9fb6d2 #f5cdbb #fff1da',
      '#fff8e4 #d8cfd0 #fff3e6 #bcb4cb #f0975f',
      '#35506b #4a8260 #a3b560 #7fb0bf',
      '#ffd0b0',
      0.12,
    ),
    palette(
      '#5c4b86 #b97fa8 #ff9f8e #ffdba0',
      '#fff0c4 #e9a29a #ffc9b0 #a97ba6 #ffb347',
      '#392f55 #5a6a4c #b08f4e #9a86ae',
      '#ff9f90',
      0.2,
    ),
  ],
  day: [
    palette(
      '#2a74bd #67b0e2 #b3dbf0 #eef7f1',
      '#fffbe6 #b4d4e4 #ffffff #c2d6ea #f2734b',
      '#2f5a6b #3f8055 #8fb559 #2f86ad',
      '#ffffff',
      0,
    ),
    palette(
      '#2f8fae #7cc6cf #c6e7da #fbf5da',
      '#fffbe0 #bedcd2 #fffdf3 #c3d8d8 #ef7f4e',
      '#2c5f63 #4c8a50 #a8bd5c #2f97a3',
      '#fff6d8',
      0.04,
    ),
    palette(
      '#3c66b4 #8aa9e0 #cfdcf2 #fdf3ea',
      '#fffaf0 #c3cfe6 #ffffff #c9cfe6 #ec5f67',
      '#3b4f7c #4a7d62 #93b070 #4a80bd',
      '#f4f0ff',
      0.03,
    ),
  ],
  sunset: [
    palette(
      '#35285e #8a3f78 #ee6c5b #ffc66e',
      '#fff0b8 #e2856f #ffb088 #7d467a #ffd166',
      '#2a1c40 #4a3a3a #9a5a38 #b8626c',
      '#ff7a4f',
      0.28,
    ),
    palette(
      '#24426b #76648f #f09d78 #ffdca0',
      '#fff2c9 #d99a86 #ffcfa6 #7f6c90 #ffb14e',
      '#22304f #3a5646 #96803e #93808f',
      '#ffa56e',
      0.22,
    ),
    palette(
      '#5a2457 #c04460 #ff8450 #ffd775',
      '#fff3c2 #ea8a61 #ffb36b #96405f #ffe08a',
      '#35193f #583638 #a85a34 #c25a55',
      '#ff6f40',
      0.3,
    ),
  ],
  dusk: [
    palette(
      '#131a42 #363a74 #7f5e99 #e8a3a4',
      '#ffe3c8 #75659a #9a7cab #3f3f72 #ffb86b',
      '#141836 #243a4a #3f5468 #55588f',
      '#5a4a94',
      0.32,
    ),
    palette(
      '#0f2340 #2b4d70 #6f85a6 #f3bfa4',
      '#ffe6cc #6a83a3 #a79fb4 #3b5575 #ffc078',
      '#0f2038 #1b3547 #38536a #4f7190',
      '#3f5f94',
      0.3,
    ),
  ],
  night: [
    palette(
      '#050b20 #0d1c42 #1e3768 #43659a',
      '#f6f2da #2b4a7c #3a5488 #14254c #ffd27a',
      '#07102a #0c1c36 #16294c #1c3a6b',
      '#1c2f6b',
      0.46,
    ),
    palette(
      '#0a0826 #1b1648 #38316f #6a5c9c',
      '#f6efe0 #43407f #4f478a #1e1a4c #ffcf7d',
      '#0b0926 #14163a #242450 #2c2b63',
      '#2a2470',
      0.46,
    ),
    palette(
      '#03131f #0a2b3e #14505f #468c8d',
      '#f4f6e0 #215e6b #2e6674 #0c2c3c #ffdc8a',
      '#041420 #07232e #113a44 #14505e',
      '#0f4660',
      0.46,
    ),
  ],
};

/** Colours of a city at night. */
export const NEON = [
  palette(
    '#0c0424 #2a0b52 #7a1a86 #ff4f9a',
    '#ffd36b #6b2a92 #8a3aa8 #2c1060 #22e6f2',
    '#0d0628 #150a38 #1f0f4a #1b1258',
    '#5a1fa0',
    0.4,
  ),
  palette(
    '#040a22 #0a2350 #1a4a8a #38b6d8',
    '#ff6fb5 #1f5a92 #2f6aa8 #0c2550 #ff3f9d',
    '#050a22 #081536 #0d2048 #0c2a58',
    '#1460a8',
    0.4,
  ),
];

/** Colours of a magical forest at night. */
export const MAGICAL = [
  palette(
    '#1a1450 #5a3aa0 #c86bc0 #ffc3b8',
    '#fff4da #a568b8 #e6a6dc #6a4aa8 #ffe08a',
    '#241a55 #2b4a78 #3f8a86 #5a62b8',
    '#7a4ad0',
    0.24,
  ),
  palette(
    '#0c2148 #215d8a #55b7a8 #f4eab0',
    '#fffbe0 #5faeb2 #a6e0d0 #357a94 #ffb3e0',
    '#10304f #1c5a62 #3f9a70 #2f8fa0',
    '#2aa0a8',
    0.2,
  ),
];
