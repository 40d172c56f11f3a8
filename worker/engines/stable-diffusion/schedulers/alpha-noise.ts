import { misuse } from './faults.ts';
import { mix, toMixture } from './prediction.ts';

/** `addNoise` of the schedulers that find the share of noise by training timestep. */
export function addNoiseByTimestep(
  alphasCumprod: Float32Array,
  sample: Float32Array,
  noise: Float32Array,
  timestep: number,
): Float32Array {
  return mix(toMixture(alphaCumprodAt(alphasCumprod, timestep)), sample, noise);
}

/** Throws for a timestep that is not a training timestep. */
export function alphaCumprodAt(alphasCumprod: Float32Array, timestep: number): number {
  const alphaCumprod = alphasCumprod[timestep];
  if (alphaCumprod === undefined) throw misuse(`timestep ${timestep} is outside of 0 to ${alphasCumprod.length - 1}`);
  return alphaCumprod;
}
