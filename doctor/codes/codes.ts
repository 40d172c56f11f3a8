import { CONNECTION_TROUBLES } from './connections.ts';
import { MACHINE_TROUBLES } from './machine.ts';

/**
 * Every fault that the doctor can report. The codes are stable, because scripts rely on them. A test compares the tables
 * in docs/doctor.md with these.
 */
export const TROUBLES = { ...MACHINE_TROUBLES, ...CONNECTION_TROUBLES };

export type TroubleCode = keyof typeof TROUBLES;

/** Codes of checks that pass or are skipped. */
export const TOPICS = {
  'doctor/node': 'Node has what the services need',
  'doctor/packages': 'the packages are installed, and dist/ is built',
  'doctor/settings': 'every setting is accepted',
  'doctor/timeouts': 'the time limits fit each other',
  'doctor/port': 'the port is free, or this Easel’s own',
  'doctor/data-directory': 'DATA_DIR can be written, has space, and is private',
  'doctor/memory': 'the memory is enough',
  'doctor/chromium': 'Chromium starts and paints',
  'doctor/fonts': 'every script has a font',
  'doctor/engine': 'an engine’s service is reached and accepts the key',
  'doctor/store': 'a store’s host is reached and accepts the key',
  'doctor/worker': 'the worker is reached and accepts the token',
  'doctor/clock': 'the clocks agree',
  'doctor/public-url': 'PUBLIC_URL leads to this gateway',
  'doctor/forwarded-for': 'the gateway sees the caller’s own address',
  'doctor/redis': 'Redis is reached and keeps its data',
  'doctor/termination': 'SIGTERM reaches the services',
} as const;

export type TopicCode = keyof typeof TOPICS;
