import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { root } from '../architecture/source-files.ts';
import { type Blueprint, type BlueprintService, blueprintSchema } from './blueprint-schema.ts';
import { readDockerfile } from './dockerfile.ts';
import { readAsService, type ServiceName, unknownTo } from './easel-settings.ts';

const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const toServiceName = ({ name }: { name: string }): ServiceName => (name === 'easel-worker' ? 'worker' : 'gateway');

type Runnable = Exclude<BlueprintService, { type: 'keyvalue' }>;
const isRunnable = (service: BlueprintService): service is Runnable => service.type !== 'keyvalue';

/** Variables that Render sets itself: https://render.com/docs/environment-variables */
const RENDERS_OWN = { RENDER_EXTERNAL_URL: 'https://easel-worker-ab12.onrender.com' } as const;
/** A value as Render generates it: 32 bytes in base64. */
const GENERATED = 'B0jrphAPOY7pg92AN0c9MN4yecczLMdwnx4OkA1KFUk=';
/** An example of each `property` of a service. */
const PROPERTIES = {
  host: 'easel-worker',
  port: '10001',
  hostport: 'easel-worker:10001',
  connectionString: 'redis://red-ab12:6379',
} as const;

/** The environment that Render would give a service. Values that the operator did not enter are empty. */
function toEnvironment(blueprint: Blueprint, service: Runnable): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const variable of service.envVars) {
    if ('fromGroup' in variable) {
      const group = blueprint.envVarGroups?.find(({ name }) => name === variable.fromGroup);
      assert.ok(group, `there is no group ${variable.fromGroup}`);
      for (const entry of group.envVars) environment[entry.key] = 'value' in entry ? entry.value : GENERATED;
    } else if ('value' in variable) environment[variable.key] = variable.value;
    else if ('generateValue' in variable) environment[variable.key] = GENERATED;
    else if ('sync' in variable) environment[variable.key] = '';
    else environment[variable.key] = toReferred(blueprint, variable.fromService);
  }
  return environment;
}

type Reference = Extract<Runnable['envVars'][number], { fromService: unknown }>['fromService'];

function toReferred(blueprint: Blueprint, reference: Reference): string {
  const target = blueprint.services.find(({ name, type }) => name === reference.name && type === reference.type);
  assert.ok(target, `there is no ${reference.type} ${reference.name}`);
  if ('property' in reference) {
    assert.equal(reference.property === 'connectionString', target.type === 'keyvalue');
    assert.ok(target.type === 'keyvalue' || target.plan !== 'free', 'free services have no private network');
    return PROPERTIES[reference.property];
  }
  const name = reference.envVarKey;
  if (name in RENDERS_OWN) return RENDERS_OWN[name as keyof typeof RENDERS_OWN];
  assert.ok(isRunnable(target));
  const value = toEnvironment(blueprint, target)[name];
  assert.ok(value, `${reference.name} has no ${name}`);
  return value;
}

const startCommand = (script: string): string =>
  String(JSON.parse(read('package.json')).scripts[script]).replace(/^exec /, '');

for (const file of ['render.yaml', 'deploy/render-paid.yaml']) {
  describe(`the blueprint ${file}`, () => {
    let blueprint: Blueprint;
    let services: Runnable[];
    before(() => {
      blueprint = blueprintSchema.parse(parse(read(file)));
      services = blueprint.services.filter(isRunnable);
    });

    test('has the format that Render accepts', () => assert.ok(services.length >= 2));

    test('sets only variables that our services read, to values that they accept', () => {
      for (const service of services) {
        const environment = toEnvironment(blueprint, service);
        assert.deepEqual(unknownTo(toServiceName(service), Object.keys(environment)), []);
        readAsService(toServiceName(service), environment);
      }
    });

    test('gives both services the same secret, and the gateway the address of the worker', () => {
      const [gateway, worker] = services.map((service) => toEnvironment(blueprint, service));
      assert.equal(gateway?.WORKER_TOKEN, GENERATED);
      assert.equal(worker?.WORKER_TOKEN, GENERATED);
      if (worker?.REDIS_URL) assert.equal(gateway?.REDIS_URL, worker.REDIS_URL);
      else assert.equal(gateway?.WORKER_URL, RENDERS_OWN.RENDER_EXTERNAL_URL);
      assert.equal(gateway?.TRUST_PROXY, 'render');
      assert.equal(gateway?.PUBLIC_URL, undefined, 'the platform sets RENDER_EXTERNAL_URL instead');
    });

    test('starts the gateway as package.json does, without npm in between', () => {
      for (const service of services)
        if (service.runtime === 'node') assert.equal(service.startCommand, startCommand('start:api'));
    });

    test('builds from an existing Dockerfile', () => {
      for (const service of services)
        if (service.runtime === 'docker') assert.ok(existsSync(join(root, service.dockerfilePath)));
    });

    test('redeploys when one of its files changes, and names only existing files', () => {
      for (const { name, buildFilter, ...service } of services) {
        const paths = buildFilter.paths ?? [];
        const files = new Set(
          paths.flatMap((path) => {
            const found = globSync(path, { cwd: root }).map((found) => found.replaceAll('\\', '/'));
            assert.ok(found.length > 0, `${name}: ${path} is no file`);
            return found;
          }),
        );
        const needed = ['package.json', 'package-lock.json', 'tsconfig.json', 'scripts/build.mjs', 'shared/errors.ts'];
        if (service.runtime === 'node') needed.push('api/main.ts', '.node-version');
        else needed.push('worker/main.ts', normalize(service.dockerfilePath), '.dockerignore');
        assert.deepEqual(
          needed.filter((path) => !files.has(path)),
          [],
        );
      }
    });
  });
}

test('the container of the worker listens on the port that the free blueprint names', () => {
  const blueprint = blueprintSchema.parse(parse(read('render.yaml')));
  const worker = blueprint.services.filter(isRunnable).find(({ name }) => name === 'easel-worker');
  assert.ok(worker);
  const exposed = readDockerfile('Dockerfile.worker').find(({ keyword }) => keyword === 'EXPOSE');
  assert.equal(toEnvironment(blueprint, worker).PORT, exposed?.value);
});
