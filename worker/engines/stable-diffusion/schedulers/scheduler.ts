/** Draws `count` standard normal deviates, continuing where the last draw ended. */
export type NormalSource = (count: number) => Float32Array;

/** The object in a `scheduler_config.json`; keys that a scheduler does not know are ignored, as diffusers does. */
export type SchedulerConfig = Readonly<Record<string, unknown>>;

/**
 * Turns a model's outputs into a picture, one timestep after the other; the common face of diffusers' schedulers.
 *
 * A sample is the flat [batch, channels, height, width] latent. Nothing handed in is changed; a result may be the
 * very array that was handed in where there is nothing to do.
 */
export interface Scheduler {
  /**
   * What the model is to be asked, highest first. Before `setTimesteps`, all training timesteps. A timestep may appear
   * twice (PNDM asks for some several times) or be fractional (Euler).
   */
  readonly timesteps: number[];
  /** By this the first noise is multiplied. */
  readonly initNoiseSigma: number;
  /** Plans `count` steps and forgets an earlier run. Throws AppError `invalid_request` for an impossible count. */
  setTimesteps(count: number): void;
  /** The sample as the model wants to see it at `timestep`. */
  scaleModelInput(sample: Float32Array, timestep: number): Float32Array;
  /**
   * The next sample. Called once per entry of `timesteps`, in order; the first call may be in the middle of them
   * (the entry is looked up then, later calls count on).
   *
   * @param batch how many pictures the sample holds; only what is measured per picture (thresholding) asks for it
   */
  step(
    modelOutput: Float32Array,
    timestep: number,
    sample: Float32Array,
    random: NormalSource,
    batch?: number,
  ): Float32Array;
  /** A clean sample as noisy as it would be at `timestep`. */
  addNoise(sample: Float32Array, noise: Float32Array, timestep: number): Float32Array;
}

/** What a scheduler's file exports: reads its options, throws AppError `engine_failed` for values it cannot honour. */
export type SchedulerFactory = (config: SchedulerConfig) => Scheduler;
