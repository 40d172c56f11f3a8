import { z } from 'zod';
import type { Ticket } from './journal.ts';

/** Tickets as journals store them. They are parsed, since another version may have written them. */

const ticket = z.object({
  ...{ key: z.string(), runId: z.string(), clientId: z.string(), createdAt: z.number() },
  origin: z.enum(['made', 'joined', 'remembered']).catch('joined'),
  // `asynchronous` is the name that older records have for it.
  ...{ comesBack: z.boolean().optional(), asynchronous: z.boolean().optional() },
  ...{ isFetch: z.boolean().default(false), released: z.boolean().default(false) },
  ...{ notes: z.array(z.string()).default([]), callbackUrl: z.string().optional(), baseUrl: z.string().optional() },
});

/** `id` is what an older release, which may read it, calls the key. */
export const toTicketText = (whole: Ticket): string => JSON.stringify({ ...whole, id: whole.key });

/** Undefined for a record that cannot be read: it counts as lost. */
export function parseTicket(record: unknown): Ticket | undefined {
  const { data } = ticket.safeParse(record);
  if (data === undefined) return undefined;
  const { asynchronous = false, comesBack = asynchronous, ...rest } = data;
  return { ...rest, comesBack };
}
