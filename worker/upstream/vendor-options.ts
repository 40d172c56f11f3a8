import type { z } from 'zod';
import { invalidRequest } from '../../shared/errors.ts';

/** Parses a request's options for one engine by that engine's schema. All faults are reported at once, without their values. */
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
