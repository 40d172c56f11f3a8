import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi';
import type { Dialect, Route, RouteDocumentation } from '../dialects/dialect.ts';
import { PICTURE_FAILURES } from '../dialects/failures.ts';
import { toErrorResponses } from './openapi/errors.ts';
import { servicePaths } from './openapi/service-paths.ts';

const INTRODUCTION = `A prompt in, a picture's URL out. Every dialect below makes the same pictures through the same queue.

Where the operator has set keys, give yours as \`Authorization: Bearer …\`, \`X-API-Key\`, \`api-key\`, \`key=\`,
\`token=\`, or as the password of Basic. Every answer carries \`X-Request-Id\`; every picture's answer \`X-Engine\`, \`X-Seed\`, \`X-Job-Id\`,
\`Server-Timing\`, and \`X-Warnings\` if a parameter could not be honoured; 202, 429 and 503 carry \`Retry-After\`.`;

/** OpenAPI 3.1 of every dialect, from the schemas that validate its requests. `basePath` is the path of PUBLIC_URL. */
export function createOpenapi(
  dialects: readonly Dialect[],
  version: string,
  basePath = '',
): ReturnType<typeof createDocument> {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Easel',
      version,
      description: INTRODUCTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: basePath || '/' }],
    tags: [...dialects, SERVICE].map(({ name, description }) => ({ name, description })),
    security: [{}, { bearer: [] }, { header: [] }, { query: [] }, { basic: [] }],
    paths: mergePaths([...dialects.map(toPaths), servicePaths]),
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key of the operator.' },
        header: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        query: { type: 'apiKey', in: 'query', name: 'key' },
        basic: { type: 'http', scheme: 'basic', description: 'Any name, and the key as the password.' },
      },
    },
  });
}

const SERVICE = { name: 'service', description: 'The gateway itself: documentation, state, kept pictures.' };

/** Two dialects may share a path with different methods, such as `GET` and `POST /generate`. */
function mergePaths(parts: readonly ZodOpenApiPathsObject[]): ZodOpenApiPathsObject {
  const merged: ZodOpenApiPathsObject = {};
  for (const [path, item] of parts.flatMap((part) => Object.entries(part))) merged[path] = { ...merged[path], ...item };
  return merged;
}

function toPaths(dialect: Dialect): ZodOpenApiPathsObject {
  return mergePaths(
    dialect.routes.map((route) => ({ [toTemplate(route.path)]: { [route.method]: toOperation(dialect, route) } })),
  );
}

/** Express's `/jobs/:id` and `/prompt/*prompt` as OpenAPI's `/jobs/{id}` and `/prompt/{prompt}`. */
const toTemplate = (path: string): string => path.replace(/[:*](\w+)/g, '{$1}');

function toOperation(dialect: Dialect, { method, path, documentation }: Route): ZodOpenApiOperationObject {
  const { summary, description, params, query, responses, failures = PICTURE_FAILURES } = documentation;
  const successes = Object.entries(responses).map(([status, response]) => [status, toResponse(response)]);
  return {
    operationId: [method, ...path.split(/\W+/), dialect.name.replaceAll('-', '')].filter(Boolean).join('_'),
    tags: [dialect.name],
    summary,
    ...(description !== undefined && { description }),
    requestParams: { ...(params && { path: params }), ...(query && { query }) },
    ...toBody(documentation),
    responses: { ...Object.fromEntries(successes), ...toErrorResponses(dialect, failures) },
  };
}

function toBody({ body: schema, bodyExample: example }: RouteDocumentation) {
  if (schema === undefined) return {};
  return { requestBody: { required: true, content: { 'application/json': { schema, example } } } };
}

function toResponse({ description, schema, mediaType }: RouteDocumentation['responses'][number]) {
  const content: NonNullable<ZodOpenApiResponseObject['content']> = {
    ...(schema && { 'application/json': { schema } }),
    ...(mediaType !== undefined && { [mediaType]: { schema: { type: 'string' } } }),
  };
  return { description, ...(Object.keys(content).length > 0 && { content }) };
}
