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
      engines.delete(clientId);
      if (engine === undefined) return;
      engines.set(clientId, engine);
      const [oldest] = engines.keys();
      if (engines.size > MAX_CALLERS && oldest !== undefined) engines.delete(oldest);
    },
  };
}
