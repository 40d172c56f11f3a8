import type { z } from 'zod';
import { invalidRequest } from '../../shared/errors.ts';

/** A request's extras for one engine, by that engine's own schema; every fault is told at once, without its value. */
export function parseVendorOptions<Schema extends z.ZodType>(
  vendor: string,
  schema: Schema,
  options: unknown,
): z.infer<Schema> {
  const parsed = schema.safeParse(options ?? {});
  if (parsed.success) return parsed.data;
  throw invalidRequest(
    parsed.error.issues.map(({ path, message }) => {
      const field = [vendor, ...path.map(String)].join('.');
      return { field, message: `${field}: ${message}.` };
    }),
  );
}
