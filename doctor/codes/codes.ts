import { BEYOND_IT } from './beyond-it.ts';
import { ON_THIS_MACHINE } from './on-this-machine.ts';

/**
 * Every fault that the doctor can name. The codes are stable: scripts and other people's notes rely on them. The tables in
 * docs/doctor.md say the same, and a test holds them to these.
 */
export const TROUBLES = { ...ON_THIS_MACHINE, ...BEYOND_IT };

export type TroubleCode = keyof typeof TROUBLES;

/** What a check that passes or is skipped is called. */
export const TOPICS = {
  'doctor/node': 'Node has what the services need',
  'doctor/packages': 'the packages are installed, and dist/ is built',
  'doctor/settings': 'every setting is accepted',
  'doctor/timeouts': 'the waits fit each other',
  'doctor/port': 'the port is free, or this Easel’s own',
  'doctor/data-directory': 'DATA_DIR can be written, has space, and is private',
  'doctor/memory': 'the memory suffices',
  'doctor/chromium': 'Chromium starts and paints',
  'doctor/fonts': 'every script has a font',
  'doctor/engine': 'an engine’s service is reached and accepts the key',
  'doctor/store': 'a store’s host is reached and accepts the key',
  'doctor/worker': 'the worker is reached and accepts the token',
  'doctor/clock': 'the clocks agree',
  'doctor/public-url': 'PUBLIC_URL leads to this gateway',
  'doctor/forwarded-for': 'the caller’s address is seen right',
  'doctor/redis': 'Redis is reached and keeps what it gets',
  'doctor/termination': 'SIGTERM reaches the services',
} as const;

export type TopicCode = keyof typeof TOPICS;
