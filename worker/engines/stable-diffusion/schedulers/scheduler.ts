/** Draws the next `count` standard normal deviates. */
export type NormalSource = (count: number) => Float32Array;

/** The object in a `scheduler_config.json`; keys that a scheduler does not know are ignored, as diffusers does. */
export type SchedulerConfig = Readonly<Record<string, unknown>>;

/**
 * Turns a model's outputs into a picture, one timestep after the other, with the interface of diffusers' schedulers.
 *
 * A sample is the flat [batch, channels, height, width] latent. Arguments are never changed. A result may be the same array
 * as an argument.
 */
export interface Scheduler {
  /**
   * Timesteps at which the model is called, highest first. Before `setTimesteps`, all training timesteps. A timestep may
   * appear twice (PNDM) or be fractional (Euler).
   */
  readonly timesteps: number[];
  /** Factor of the first noise. */
  readonly initNoiseSigma: number;
  /** Plans `count` steps and forgets an earlier run. Throws AppError `invalid_request` for an impossible count. */
  setTimesteps(count: number): void;
  /** The sample scaled as the model expects it at `timestep`. */
  scaleModelInput(sample: Float32Array, timestep: number): Float32Array;
  /**
   * The next sample. Call it once per entry of `timesteps`, in order. The first call may be for any entry, and later
   * calls continue from it.
   *
   * @param batch how many pictures the sample holds, which only thresholding needs
   */
  step(
    modelOutput: Float32Array,
    timestep: number,
    sample: Float32Array,
    random: NormalSource,
    batch?: number,
  ): Float32Array;
  /** Adds as much noise to a clean sample as it has at `timestep`. */
  addNoise(sample: Float32Array, noise: Float32Array, timestep: number): Float32Array;
}

/** Every scheduler's file exports one. Throws AppError `engine_failed` for option values that it does not support. */
export type SchedulerFactory = (config: SchedulerConfig) => Scheduler;
