import { z } from 'zod';

/**
 * The part of Render's blueprint format that our files use: https://render.com/docs/blueprint-spec (read in November
 * 2026). Render's own JSON schema, https://render.com/schema/render.yaml.json, allows unknown fields. This one does not,
 * so that a misspelt field is found.
 */

const name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/);
const key = z.string().regex(/^[A-Z][A-Z0-9_]*$/);
const property = z.enum(['host', 'port', 'hostport', 'connectionString']);
const type = z.enum(['web', 'pserv', 'worker', 'keyvalue']);
const plan = z.enum(['free', 'starter', 'standard', 'pro', 'pro plus', 'pro max', 'pro ultra']);

const fromService = z.union([z.strictObject({ type, name, property }), z.strictObject({ type, name, envVarKey: key })]);

const groupVariable = z.union([
  // Values must be text, because Render would rewrite a YAML number or boolean in YAML's own spelling.
  z.strictObject({ key, value: z.string() }),
  z.strictObject({ key, generateValue: z.literal(true) }),
]);

const variable = z.union([
  ...groupVariable.options,
  // Render asks for the value once, when the blueprint is created.
  z.strictObject({ key, sync: z.literal(false) }),
  z.strictObject({ key, fromService }),
  z.strictObject({ fromGroup: name }),
]);

const common = {
  name,
  plan,
  region: z.enum(['oregon', 'ohio', 'virginia', 'frankfurt', 'singapore']).optional(),
  numInstances: z.int().positive().optional(),
  maxShutdownDelaySeconds: z.int().min(1).max(300).optional(),
  buildFilter: z.strictObject({ paths: z.array(z.string()).optional(), ignoredPaths: z.array(z.string()).optional() }),
  envVars: z.array(variable),
};
const healthCheckPath = z.string().startsWith('/');
const node = { runtime: z.literal('node'), buildCommand: z.string(), startCommand: z.string() };
const docker = { runtime: z.literal('docker'), dockerfilePath: z.string().startsWith('./') };
const paid = plan.exclude(['free']);

const service = z.union([
  z.strictObject({ type: z.literal('web'), healthCheckPath, ...common, ...node }),
  z.strictObject({ type: z.literal('web'), healthCheckPath, ...common, ...docker }),
  // A background worker needs a paid plan, and has no address for a health check.
  z.strictObject({ type: z.literal('worker'), ...common, ...docker, plan: paid }),
  z.strictObject({
    type: z.literal('keyvalue'),
    name,
    plan: plan.exclude(['pro max', 'pro ultra']),
    maxmemoryPolicy: z.enum([
      'allkeys-lru',
      'volatile-lru',
      'allkeys-random',
      'volatile-random',
      'volatile-ttl',
      'noeviction',
    ]),
    ipAllowList: z.array(z.strictObject({ source: z.string(), description: z.string().optional() })),
  }),
]);

export const blueprintSchema = z.strictObject({
  services: z.array(service),
  envVarGroups: z.array(z.strictObject({ name, envVars: z.array(groupVariable) })).optional(),
});

export type Blueprint = z.infer<typeof blueprintSchema>;
export type BlueprintService = Blueprint['services'][number];
