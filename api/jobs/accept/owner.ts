import { type Client, KEY_CLIENT } from '../job.ts';

/** Whose a job is: with API keys it belongs to the key it was asked with; without, to whoever knows its id. */

/** The key that a client's jobs belong to; empty for a client without one. */
export const ownerOf = (clientId: string): string => (clientId.startsWith(KEY_CLIENT) ? clientId : '');

/** A job that was asked for without a key is open to all. `client` is left out when the gateway itself looks. */
export const mayUse = (client: Client | undefined, owner: string): boolean =>
  client?.keyName === undefined || owner === '' || owner === client.id;
