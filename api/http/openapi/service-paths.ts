import { z } from 'zod';
import type { ZodOpenApiPathsObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import type { ErrorCode } from '../../../shared/errors.ts';
import { encodeNativeError, nativeError } from '../../dialects/native.ts';
import { toErrorResponses } from './errors.ts';

/** Routes that belong to no dialect: state, documentation, pictures of the disk store. */

const errors = (...codes: ErrorCode[]): ZodOpenApiResponsesObject =>
  toErrorResponses({ encodeError: encodeNativeError, errorSchema: nativeError }, codes);

const json = (description: string, schema: z.ZodType): ZodOpenApiResponsesObject => ({
  200: { description, content: { 'application/json': { schema } } },
  ...errors('payload_too_large'),
});

const workerState = z.enum(['asleep', 'waking', 'starting', 'ready', 'busy', 'unreachable']);

const health = z.object({
  status: z.literal('healthy'),
  service: z.literal('easel'),
  version: z.string(),
  instance: z.string().optional(),
  model_loaded: z.boolean(),
  worker: workerState,
});

const readiness = z.object({ ready: z.boolean(), reasons: z.array(z.string()) });

const statusReport = z.looseObject({
  service: z.literal('easel'),
  version: z.string(),
  worker: workerState,
  ready: z.boolean(),
});

const badge = z.object({ schemaVersion: z.literal(1), label: z.string(), message: z.string(), color: z.string() });

const requestParams = {
  path: z.object({
    name: z
      .string()
      .max(300)
      .meta({ description: 'Of `image_url`.', examples: ['p0123456789.png'] }),
  }),
};

const REMOVAL_FAILURES = [
  'invalid_request',
  'unauthorized',
  'forbidden',
  'not_found',
  'payload_too_large',
  'store_failed',
  'worker_unavailable',
  'internal',
] as const;

/** These routes need no key. */
const open = { tags: ['service'], security: [{}] };

export const servicePaths: ZodOpenApiPathsObject = {
  '/': {
    get: {
      ...open,
      operationId: 'index',
      summary: 'Every endpoint, and an example to start with',
      responses: json('The discovery document.', z.looseObject({ service: z.literal('easel'), version: z.string() })),
    },
  },
  '/health': {
    get: {
      ...open,
      operationId: 'health',
      summary: 'Whether the gateway is alive; wakes no worker',
      responses: json('It is.', health),
    },
  },
  '/ready': {
    get: {
      ...open,
      operationId: 'ready',
      summary: 'Whether a request can be served now',
      responses: {
        ...json('Yes.', readiness),
        503: {
          description: 'No request can be served now, with the reasons.',
          content: { 'application/json': { schema: readiness } },
        },
      },
    },
  },
  '/status': {
    get: {
      ...open,
      operationId: 'status',
      summary: 'Queue, workers, engines and stores as last heard',
      responses: {
        200: {
          description: 'As last heard. Without a key, where there are keys, only whether it can serve.',
          content: { 'application/json': { schema: statusReport }, 'text/html': { schema: z.string() } },
        },
        ...errors('unauthorized', 'rate_limited', 'payload_too_large'),
      },
    },
  },
  '/status/badge.json': {
    get: {
      ...open,
      operationId: 'status_badge',
      summary: 'The state as a badge of shields.io',
      responses: json('For `https://img.shields.io/endpoint?url=…`.', badge),
    },
  },
  '/metrics': {
    get: {
      tags: ['service'],
      security: [{}, { bearer: [] }, { header: [] }, { query: [] }],
      operationId: 'metrics',
      summary: 'Figures for Prometheus; with a key, where there are keys',
      responses: {
        200: { description: 'Prometheus’ text format.', content: { 'text/plain': { schema: z.string() } } },
        ...errors('unauthorized', 'rate_limited', 'payload_too_large'),
      },
    },
  },
  '/docs': {
    get: {
      ...open,
      operationId: 'docs',
      summary: 'This document as a page on which requests can be tried',
      responses: {
        200: { description: 'Swagger UI.', content: { 'text/html': { schema: z.string() } } },
        ...errors('payload_too_large'),
      },
    },
  },
  '/openapi.json': {
    get: {
      ...open,
      operationId: 'openapi',
      summary: 'This document for programs',
      responses: json('OpenAPI 3.1.', z.looseObject({ openapi: z.literal('3.1.0') })),
    },
  },
  '/images/{name}': {
    get: {
      ...open,
      operationId: 'image',
      summary: 'A picture kept by the disk store',
      requestParams,
      responses: {
        200: { description: 'The picture.', content: { 'image/*': { schema: { type: 'string' } } } },
        ...errors('not_found', 'invalid_request', 'payload_too_large'),
      },
    },
    delete: {
      tags: ['service'],
      security: [{ bearer: [] }, { header: [] }, { query: [] }],
      operationId: 'remove_image',
      summary: 'The operator removes a picture (`ADMIN_KEY`)',
      requestParams: {
        path: z.object({
          name: z
            .string()
            .max(300)
            .meta({
              description: 'The id of a picture, or a `job_id` for all pictures of the job.',
              examples: ['p0123'],
            }),
        }),
      },
      responses: {
        204: { description: 'The picture is removed.' },
        ...errors(...REMOVAL_FAILURES),
      },
    },
  },
};
