import { type Client, KEY_CLIENT } from '../job.ts';

/** With API keys a job belongs to the key of its request. Without, every caller who knows its id may use it. */

/** The key that a client's jobs belong to. Empty for a client without a key. */
export const ownerOf = (clientId: string): string => (clientId.startsWith(KEY_CLIENT) ? clientId : '');

/** A job without a key is open to all callers. `client` is undefined when the gateway itself asks. */
export const mayUse = (client: Client | undefined, owner: string): boolean =>
  client?.keyName === undefined || owner === '' || owner === client.id;
