/** Which engine a caller chose for later requests: `POST /sdapi/v1/options` of AUTOMATIC1111 is such a setting. */
export interface Preferences {
  get(clientId: string): string | undefined;
  set(clientId: string, engine: string | undefined): void;
}

/** A choice is a convenience of one caller; the oldest are forgotten first, so that strangers cannot fill the memory. */
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
