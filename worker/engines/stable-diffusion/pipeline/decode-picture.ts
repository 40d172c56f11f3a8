import { outputOf } from './encode-text.ts';
import { type Model, toInput } from './tensors.ts';

const { fround } = Math;

/** How the UNet's latents become the decoder's, by `vae_decoder/config.json`. */
export interface LatentScaling {
  readonly scalingFactor: number;
  /** Per channel, for models that also centre their latents. */
  readonly centre?: { readonly mean: readonly number[]; readonly deviation: readonly number[] } | undefined;
}

export interface RgbPicture {
  /** Rows of red, green, blue. */
  readonly rgb: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** The model answered NaN or infinity: the device is broken, or float16 numbers overflowed. */
export class NotANumber extends Error {
  override readonly name = 'NotANumber';
}

export async function decodePicture(
  decoder: Model,
  latents: Float32Array,
  latentDims: readonly [number, number, number],
  scaling: LatentScaling,
): Promise<RgbPicture> {
  const unscaled = unscale(latents, latentDims[0], scaling);
  const feeds = toInput(decoder, 'latent_sample', unscaled, [1, ...latentDims]);
  const { data, dims } = outputOf(await decoder.run(feeds, ['sample']), 'sample');
  const [, , height = 0, width = 0] = dims;
  return { rgb: toRgb(data, width * height), width, height };
}

/** diffusers: `latents * std / scaling_factor + mean` where the config has both, else `latents / scaling_factor`. */
function unscale(latents: Float32Array, channels: number, { scalingFactor, centre }: LatentScaling): Float32Array {
  const factor = fround(scalingFactor);
  if (centre === undefined) return latents.map((value) => value / factor);
  const plane = latents.length / channels;
  return latents.map((value, index) => {
    const channel = Math.floor(index / plane);
    const spread = fround(value * fround(centre.deviation[channel] ?? 1));
    return fround(spread / factor) + fround(centre.mean[channel] ?? 0);
  });
}

/** Turns planes of -1 to 1 into bytes. A clamped array rounds halves to even, as NumPy does in diffusers. */
function toRgb(planes: Float32Array, pixels: number): Uint8Array {
  const rgb = new Uint8ClampedArray(pixels * 3);
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const value = planes[channel * pixels + pixel] ?? Number.NaN;
      if (Number.isNaN(value)) throw new NotANumber('the decoder answered NaN');
      const unit = Math.min(1, Math.max(0, fround(fround(value * 0.5) + 0.5)));
      rgb[pixel * 3 + channel] = fround(unit * 255);
    }
  }
  return new Uint8Array(rgb.buffer);
}
