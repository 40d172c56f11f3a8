import { existsSync, globSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../e2e/service.ts';

/** The wall clock of one service, which a soak can set wrong and right again. The monotonic clock does not change. */
export interface ServiceClock {
  /** Environment with which the service must be started. */
  readonly env: Environment;
  /** Sets by how much its clock is wrong. The service notices within `NOTICED_WITHIN_MS`. */
  set(aheadSeconds: number): void;
}

/** How long libfaketime uses the time that it last read, because it is called very often. */
const CACHE_SECONDS = 1;
export const NOTICED_WITHIN_MS = CACHE_SECONDS * 1000 + 100;

/** The library of Debian's package libfaketime, which other distributions keep elsewhere. Undefined if it is not installed. */
const LIBRARIES = ['/usr/lib/*/faketime/libfaketimeMT.so.1', '/usr/lib{,64}/faketime/libfaketimeMT.so.1'];
export const faketimeLibrary: string | undefined = LIBRARIES.flatMap((pattern) => globSync(pattern))[0];

/** `file`: made here, and read by libfaketime. Chromium does not inherit the library (`environment.ts`). */
export function createServiceClock(library: string, file: string): ServiceClock {
  const set = (aheadSeconds: number): void => writeFileSync(file, `${aheadSeconds < 0 ? '' : '+'}${aheadSeconds}`);
  set(0);
  return {
    set,
    env: {
      ...{ LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_CACHE_DURATION: String(CACHE_SECONDS) },
      // Timers and durations go by the monotonic clock, and files keep the times that the disk gave them.
      ...{ FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' },
    },
  };
}

const SHARED_MEMORY = '/dev/shm';

/** What libfaketime leaves in shared memory when its process is killed. */
export function removeLeftovers(): void {
  for (const name of readdirSync(SHARED_MEMORY)) {
    const pid = /^(?:sem\.)?faketime_\w+_(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) rmSync(join(SHARED_MEMORY, name), { force: true });
  }
}
