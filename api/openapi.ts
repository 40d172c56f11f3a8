import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import type { Dialect, Route, RouteDocumentation } from './dialects/dialect.ts';

const INTRODUCTION = `A prompt in, a picture's URL out. Every dialect below makes the same pictures through the same queue.

Where the operator has set keys, give yours as \`Authorization: Bearer …\`, \`X-API-Key\` or \`key=\`.
Every answer carries \`X-Request-Id\`; every picture's answer \`X-Engine\`, \`X-Seed\`, \`X-Job-Id\`, \`Server-Timing\`, and
\`X-Warnings\` where a wish could not be kept.`;

/** OpenAPI 3.1 of every dialect, from the very schemas that validate. */
export function createOpenapi(dialects: readonly Dialect[], version: string): ReturnType<typeof createDocument> {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Easel',
      version,
      description: INTRODUCTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [...dialects.map(({ name }) => ({ name })), { name: 'service' }],
    security: [{}, { bearer: [] }, { header: [] }, { query: [] }],
    paths: mergePaths([...dialects.map(toPaths), servicePaths]),
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key of the operator.' },
        header: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        query: { type: 'apiKey', in: 'query', name: 'key' },
      },
    },
  });
}

/** Two dialects may share a path by different methods: `GET` and `POST /generate`. */
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
  const { summary, description, params, query, body, responses } = documentation;
  return {
    operationId: [method, ...path.split(/\W+/), dialect.name.replaceAll('-', '')].filter(Boolean).join('_'),
    tags: [dialect.name],
    summary,
    ...(description !== undefined && { description }),
    requestParams: { ...(params && { path: params }), ...(query && { query }) },
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, response]) => [status, toResponse(response)]),
    ),
  };
}

function toResponse({ description, schema, mediaType }: RouteDocumentation['responses'][number]) {
  if (mediaType !== undefined)
    return { description, content: { [mediaType]: { schema: { type: 'string' } } } } as const;
  return { description, ...(schema && { content: { 'application/json': { schema } } }) };
}

const json = (description: string, schema: z.ZodType): ZodOpenApiResponsesObject => ({
  200: { description, content: { 'application/json': { schema } } },
});

const workerState = z.enum(['asleep', 'waking', 'starting', 'ready', 'busy', 'unreachable']);

const health = z.object({
  status: z.literal('healthy'),
  service: z.literal('easel'),
  version: z.string(),
  model_loaded: z.boolean(),
  worker: workerState,
});

const readiness = z.object({ ready: z.boolean(), reasons: z.array(z.string()) });

const servicePaths: ZodOpenApiPathsObject = {
  '/': {
    get: {
      operationId: 'index',
      tags: ['service'],
      summary: 'Every endpoint, and a call to begin with',
      responses: json('The discovery document.', z.looseObject({ service: z.literal('easel'), version: z.string() })),
    },
  },
  '/health': {
    get: {
      operationId: 'health',
      tags: ['service'],
      summary: 'Is the gateway alive; wakes nothing',
      responses: json('It is.', health),
    },
  },
  '/ready': {
    get: {
      operationId: 'ready',
      tags: ['service'],
      summary: 'Can it serve a request now',
      responses: {
        ...json('Yes.', readiness),
        503: { description: 'No, and why.', content: { 'application/json': { schema: readiness } } },
      },
    },
  },
  '/status': {
    get: {
      operationId: 'status',
      tags: ['service'],
      summary: 'Queue, workers, engines and stores as last heard',
      responses: json('As last heard.', z.looseObject({ service: z.literal('easel'), worker: workerState })),
    },
  },
  '/images/{name}': {
    get: {
      operationId: 'image',
      tags: ['service'],
      summary: 'A picture kept by the disk store',
      requestParams: {
        path: z.object({
          name: z
            .string()
            .max(300)
            .meta({ examples: ['p0123.png'] }),
        }),
      },
      responses: {
        200: { description: 'The picture.', content: { 'image/*': { schema: { type: 'string' } } } },
        404: { description: 'There is no such picture, or no longer.' },
      },
    },
  },
};
