import { globSync, writeFileSync } from 'node:fs';
import type { Environment } from '../e2e/service.ts';

/** The wall clock of one service, which can be set wrong and right again while it runs. Its monotonic clock goes on. */
export interface ServiceClock {
  /** What the service is to be started with. */
  readonly env: Environment;
  /** By how much its clock is wrong from now on. The service notices within `NOTICED_WITHIN_MS`. */
  set(aheadSeconds: number): void;
}

/** How long libfaketime goes by what it last read: it asks for the time very often. */
const CACHE_SECONDS = 1;
export const NOTICED_WITHIN_MS = CACHE_SECONDS * 1000 + 100;

/** Debian's package libfaketime; other distributions have it elsewhere. Undefined where it is not installed. */
const LIBRARIES = ['/usr/lib/*/faketime/libfaketimeMT.so.1', '/usr/lib{,64}/faketime/libfaketimeMT.so.1'];
export const faketimeLibrary: string | undefined = LIBRARIES.flatMap((pattern) => globSync(pattern))[0];

/** `file`: where libfaketime reads the time from; it is made here. Chromium does not inherit the library (`environment.ts`). */
export function createServiceClock(library: string, file: string): ServiceClock {
  const set = (aheadSeconds: number): void => writeFileSync(file, `${aheadSeconds < 0 ? '' : '+'}${aheadSeconds}`);
  set(0);
  return {
    set,
    env: {
      ...{ LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_CACHE_DURATION: String(CACHE_SECONDS) },
      // Timers and durations go by the monotonic clock, files keep the times that the disk gave them, and a killed
      // service leaves nothing in shared memory.
      ...{ FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1', FAKETIME_DISABLE_SHM: '1' },
    },
  };
}
