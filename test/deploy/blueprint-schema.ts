import { z } from 'zod';

/**
 * What Render takes in a blueprint, as far as ours use it: https://render.com/docs/blueprint-spec (read in November
 * 2026). Render publishes a JSON schema too, at https://render.com/schema/render.yaml.json, which lets unknown fields
 * pass; this one does not, so that a misspelt field is found.
 */

const name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/);
const key = z.string().regex(/^[A-Z][A-Z0-9_]*$/);
const property = z.enum(['host', 'port', 'hostport', 'connectionString']);
const type = z.enum(['web', 'pserv', 'worker', 'keyvalue']);
const plan = z.enum(['free', 'starter', 'standard', 'pro', 'pro plus', 'pro max', 'pro ultra']);

const fromService = z.union([z.strictObject({ type, name, property }), z.strictObject({ type, name, envVarKey: key })]);

const groupVariable = z.union([
  // Render reads text: a number or a boolean of YAML would come out in YAML's spelling.
  z.strictObject({ key, value: z.string() }),
  z.strictObject({ key, generateValue: z.literal(true) }),
]);

const variable = z.union([
  ...groupVariable.options,
  // Asked for once, when the blueprint is created.
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
  // Not for the free plan, and without an address that could be asked for its health.
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
