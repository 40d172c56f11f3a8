import { remember } from '../../shared/remember.ts';

/** The engine that a caller chose for later requests, for instance by AUTOMATIC1111's `POST /sdapi/v1/options`. */
export interface Preferences {
  get(clientId: string): string | undefined;
  set(clientId: string, engine: string | undefined): void;
}

/** The oldest choices are forgotten first, so that strangers cannot fill the memory. */
const MAX_CALLERS = 10_000;

export function createPreferences(): Preferences {
  const engines = new Map<string, string>();
  return {
    get: (clientId) => engines.get(clientId),
    set: (clientId, engine) => {
      if (engine === undefined) engines.delete(clientId);
      else remember(engines, clientId, engine, MAX_CALLERS);
    },
  };
}
