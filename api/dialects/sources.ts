import { z } from 'zod';
import { type AppError, invalidRequest } from '../../shared/errors.ts';
import type { Route } from './dialect.ts';

/** Pictures made from pictures. These parameters and calls are known, but no engine here can serve them yet. */

/** It is refused rather than ignored: a wrong picture would be worse than none. */
export const noEngineTakesPictures = (field: string): AppError =>
  invalidRequest([
    { field, message: `No enabled engine can work from a picture; \`${field}\` cannot be honoured. Leave it out.` },
  ]);

/** A call that is only about pictures to work from. It is refused in its dialect's own shape, whatever its body holds. */
export const toPictureRefusal = (path: string, field: string): Route => ({
  method: 'post',
  path,
  ignoresBody: true,
  documentation: {
    summary: 'Not possible yet: no engine here works from a picture',
    failures: ['invalid_request', 'unauthorized', 'internal'],
    responses: { 200: { description: 'Never yet.', schema: z.object({}) } },
  },
  decode: () => {
    throw noEngineTakesPictures(field);
  },
  encode: () => ({ status: 200, body: {} }),
});
