import type { Logger } from '../shared/service/log.ts';
import type { Chromium } from '../worker/browser/process/chromium.ts';
import type { LaunchOptions } from '../worker/browser/process/launch.ts';
import type { MemoryMeter } from '../worker/browser/process/memory.ts';
import type { SetUp } from './set-up.ts';

/** What the doctor looks at. Tests hand in other machines than the one they run on. */
export interface Surroundings {
  readonly setUp: SetUp;
  /** Of Easel. */
  readonly version: string;
  /** Folder of package.json; absolute. */
  readonly root: string;
  /** Of this process, without `v`. */
  readonly nodeVersion: string;
  /** Where the system tells about processes: `/proc`. */
  readonly proc: string;
  /** Absolute. */
  readonly temporaryDirectory: string;
  readonly meter: MemoryMeter;
  /** Starts a Chromium as the worker does. The log gets what the worker's would. */
  readonly launch: (options: LaunchOptions, signal: AbortSignal) => Promise<Chromium>;
  readonly now: () => number;
  readonly log: Logger;
}
