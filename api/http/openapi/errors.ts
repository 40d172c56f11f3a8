import { z } from 'zod';
import type { ZodOpenApiResponsesObject } from 'zod-openapi';
import { AppError, ERRORS, type ErrorCode, invalidRequest } from '../../../shared/errors.ts';
import type { Dialect, FailedRequest } from '../../dialects/dialect.ts';

/** The error answers of one dialect by status. They are made by its own `encodeError`, so that they cannot differ from it. */
export function toErrorResponses(
  { encodeError, errorSchema: schema }: Pick<Dialect, 'encodeError' | 'errorSchema'>,
  failures: readonly ErrorCode[],
): ZodOpenApiResponsesObject {
  const [failure = 'internal'] = failures;
  const asPage = encodeError(new AppError(failure, 'a sample for the documentation'), PAGE_REQUEST);
  const hasPages = asPage.headers?.['Content-Type']?.startsWith('text/html') === true;
  const samples = failures.flatMap(toSamples).map(({ name, error }) => ({ name, error, ...encodeError(error) }));
  const byStatus = Object.groupBy(samples, ({ status }) => status);
  const responses = Object.entries(byStatus).map(([status, same = []]) => {
    const description = same.map(({ error }) => `\`${error.code}\`: ${ERRORS[error.code].message}`);
    const examples = Object.fromEntries(same.map(({ name, body }) => [name, { value: body }]));
    const content = { 'application/json': { schema, examples }, ...(hasPages && AS_PAGE) };
    return [status, { description: [...new Set(description)].join(' '), content }];
  });
  return Object.fromEntries(responses);
}

/** With `output=page`, errors are pages too. */
const PAGE_REQUEST: FailedRequest = { query: { output: 'page' }, headers: {}, toPath: (path) => path };
const AS_PAGE = { 'text/html': { schema: z.string() } };

interface Sample {
  readonly name: string;
  readonly error: AppError;
}

/** Two samples of `invalid_request`, because some dialects answer a broken body and a wrong parameter differently. */
function toSamples(code: ErrorCode): Sample[] {
  const plain = { name: code, error: new AppError(code, 'a sample for the documentation') };
  if (code !== 'invalid_request') return [plain];
  const message = '`seed` must be a whole number from -1 to 4294967295, not "abc".';
  return [{ name: 'wrong_parameter', error: invalidRequest([{ field: 'seed', message }]) }, plain];
}
