import type { Logger } from '../shared/service/log.ts';
import type { Chromium } from '../worker/browser/process/chromium.ts';
import type { LaunchOptions } from '../worker/browser/process/launch.ts';
import type { MemoryMeter } from '../worker/browser/process/memory.ts';
import type { SetUp } from './set-up.ts';

/** The machine that the doctor checks. Tests pass other machines. */
export interface Surroundings {
  readonly setUp: SetUp;
  /** Version of Easel. */
  readonly version: string;
  /** Folder of package.json; absolute. */
  readonly root: string;
  /** Version of Node in this process, without `v`. */
  readonly nodeVersion: string;
  /** Folder with a folder for each process: `/proc`. */
  readonly proc: string;
  /** Absolute. */
  readonly temporaryDirectory: string;
  readonly meter: MemoryMeter;
  /** Starts Chromium as the worker does, and logs what the worker would log. */
  readonly launch: (options: LaunchOptions, signal: AbortSignal) => Promise<Chromium>;
  readonly now: () => number;
  readonly log: Logger;
}
