import type { Scheduler } from '../schedulers/scheduler.ts';
import type { RgbPicture } from './decode-picture.ts';

/** One row per latent channel, then the offset: red, green, blue. */
interface ColourFactors {
  readonly channels: readonly (readonly [number, number, number])[];
  readonly offset: readonly [number, number, number];
}

/** Linear approximations of the decoders, from ComfyUI's `comfy/latent_formats.py`, SD15 and SDXL. */
const SD: ColourFactors = {
  channels: [
    [0.3512, 0.2297, 0.3227],
    [0.325, 0.4974, 0.235],
    [-0.2829, 0.1762, 0.2721],
    [-0.212, -0.2616, -0.7177],
  ],
  offset: [0, 0, 0],
};
const SDXL: ColourFactors = {
  channels: [
    [0.3651, 0.4232, 0.4341],
    [-0.2533, -0.0042, 0.1068],
    [0.1076, 0.1111, -0.0362],
    [-0.3165, -0.2492, -0.2188],
  ],
  offset: [0.1084, -0.0175, -0.0011],
};

/** A picture of the size of the latent [4, height, width], made without the decoder. */
export function toPreview(latent: Float32Array, width: number, height: number, isXl: boolean): RgbPicture {
  const { channels, offset } = isXl ? SDXL : SD;
  const pixels = width * height;
  const rgb = new Uint8ClampedArray(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (const colour of [0, 1, 2] as const) {
      const value = channels.reduce(
        (sum, factors, channel) => sum + factors[colour] * (latent[channel * pixels + pixel] ?? 0),
        offset[colour],
      );
      rgb[pixel * 3 + colour] = (value + 1) * 127.5;
    }
  }
  return { rgb: new Uint8Array(rgb.buffer), width, height };
}

/**
 * The model's guess of the finished latent while `sample` still holds noise. It works for every scheduler, because
 * `addNoise` of one and zero shows how much picture and noise a sample has at a timestep.
 */
export function guessLatent(
  scheduler: Pick<Scheduler, 'addNoise'>,
  predictionType: string,
  { sample, prediction, timestep }: { sample: Float32Array; prediction: Float32Array; timestep: number },
): Float32Array {
  if (predictionType === 'sample') return prediction;
  const mix = (picture: number, noise: number): number =>
    scheduler.addNoise(Float32Array.of(picture), Float32Array.of(noise), timestep)[0] ?? 0;
  const [share, noise] = [mix(1, 0), mix(0, 1)];
  const length = Math.hypot(share, noise);
  const isVelocity = predictionType === 'v_prediction';
  const ofSample = isVelocity ? share / length ** 2 : 1 / share;
  const ofPrediction = isVelocity ? -noise / length : -noise / share;
  return sample.map((value, index) => ofSample * value + ofPrediction * (prediction[index] ?? 0));
}
