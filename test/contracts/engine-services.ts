import { tmpdir } from 'node:os';
import { createLog } from '../../shared/service/log.ts';
import { type Clock, systemClock } from '../../shared/wait.ts';
import type { BrowserPages } from '../../worker/browser/pages.ts';
import type { EngineServices } from '../../worker/engines/engine.ts';

const refuse = (): never => {
  throw new Error('this engine has no use for a browser');
};

const noPages: BrowserPages = {
  use: refuse,
  start: refuse,
  status: refuse,
  survive: () => false,
  isHealthy: refuse,
  stop: refuse,
};

/** What the worker gives to an engine that calls a service and needs no browser. */
export function createEngineServices(given: {
  clock?: Clock;
  log?: EngineServices['log'] | undefined;
}): EngineServices {
  const { clock = systemClock, log = createLog({ service: 'test', level: 'silent' }) } = given;
  return { pages: noPages, clock, log, dataDirectory: tmpdir() };
}
