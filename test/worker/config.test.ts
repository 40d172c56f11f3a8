import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SettingsError, text, wholeNumber } from '../../shared/service/config.ts';
import { configure } from '../../worker/config.ts';
import type { EnginePlugin } from '../../worker/engines/engine.ts';
import type { StorePlugin } from '../../worker/stores/store.ts';
import { createEngineServices } from '../contracts/engine-services.ts';
import { createFakeEngine } from './fake-engine.ts';

const engine = (name: string, variable: string): EnginePlugin => ({
  name,
  settings: { [variable]: text('A key.'), [`${variable}_SIZE`]: wholeNumber('A size.', { min: 1, default: 2 }) },
  create(settings) {
    if (settings[variable] === undefined) throw new SettingsError(`${variable}: expected a key`);
    return createFakeEngine(name);
  },
});

const free = (name: string): EnginePlugin => ({ name, settings: {}, create: () => createFakeEngine(name) });

const store = (name: string): StorePlugin => ({
  name,
  settings: {},
  create: () => ({ name, accepts: ['image/png'], put: async () => ({ url: '/' }) }),
});

const known = {
  engines: [
    engine('perchance', 'P_KEY'),
    engine('sketch', 'S_KEY'),
    engine('third', 'T_KEY'),
    free('gradio'),
    free('horde'),
    free('cloudflare'),
  ],
  stores: [store('imgur'), store('disk')],
};
const right = { WORKER_TOKEN: 'a-secret-of-the-two', P_KEY: 'p', S_KEY: 's', T_KEY: 't' };

function configured(environment: Record<string, string | undefined>) {
  const forEngines = createEngineServices({});
  return configure(
    environment,
    () => ({ forEngines, forStores: { clock: forEngines.clock, dataDirectory: '/' } }),
    known,
  );
}

const namesOf = (environment: Record<string, string | undefined>) => {
  const { engines, stores } = configured(environment);
  return [engines.map(({ name }) => name).join(), stores.map(({ name }) => name).join()];
};

function faultsOf(environment: Record<string, string | undefined>): string[] {
  try {
    configured(environment);
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    return error.message.split('\n');
  }
  return [];
}

describe('the settings of the worker', () => {
  test('have defaults that work', () => {
    const { settings } = configured(right);
    const { PORT, CONCURRENCY, MAX_WAITING, ENGINE_TIMEOUT_MS, DATA_DIR, CHROMIUM_RESTART_AFTER } = settings;
    assert.deepEqual(
      [PORT, CONCURRENCY, MAX_WAITING, ENGINE_TIMEOUT_MS, DATA_DIR, CHROMIUM_RESTART_AFTER],
      [10_001, 1, 20, 180_000, './data', 200],
    );
    assert.deepEqual(namesOf(right), ['perchance,gradio,horde,sketch', 'disk']);
    assert.deepEqual(namesOf({ ...right, IMGUR_CLIENT_ID: 'id' }), ['perchance,gradio,horde,sketch', 'imgur,disk']);
    assert.deepEqual(namesOf({ ...right, IMGUR_CLIENT_ID: ' ' }), ['perchance,gradio,horde,sketch', 'disk']);
  });

  test('put Cloudflare before the free engines when its token and account are set', () => {
    const cloudflare = { CLOUDFLARE_API_TOKEN: 'token', CLOUDFLARE_ACCOUNT_ID: 'account' };
    assert.deepEqual(namesOf({ ...right, ...cloudflare }), ['perchance,cloudflare,gradio,horde,sketch', 'disk']);
    for (const name of Object.keys(cloudflare)) {
      assert.deepEqual(namesOf({ ...right, ...cloudflare, [name]: ' ' }), ['perchance,gradio,horde,sketch', 'disk']);
    }
  });

  test('reserve time for the last engine in the default order, and in other orders as configured', () => {
    const withinMs = (environment: Record<string, string>) =>
      configured({ ...right, ...environment }).settings.FALLBACK_WITHIN_MS;
    assert.equal(withinMs({}), 70_000);
    assert.equal(withinMs({ ENGINES: 'third,sketch' }), undefined);
    assert.equal(withinMs({ ENGINES: 'third,sketch', FALLBACK_WITHIN_MS: '20000' }), 20_000);
  });

  test('enable exactly the named plug-ins, in that order, each once', () => {
    assert.deepEqual(namesOf({ ...right, ENGINES: 'third, perchance,third', STORES: 'disk,imgur' }), [
      'third,perchance',
      'disk,imgur',
    ]);
  });

  test('list every fault at once: of the worker, of names, of plug-ins that are enabled or not; never a value', () => {
    const faults = faultsOf({
      PORT: 'not-a-port-771',
      ENGINES: 'sketch,nosuch',
      STORES: 'nowhere',
      T_KEY_SIZE: 'zero-991',
    });
    assert.deepEqual(
      faults.map((line) => line.split(':')[0]),
      ['PORT', 'WORKER_TOKEN', 'ENGINES', 'S_KEY', 'T_KEY_SIZE', 'STORES'],
    );
    assert.match(faults[1] ?? '', /openssl rand/);
    assert.match(faults[2] ?? '', /perchance, sketch, third, gradio, horde, cloudflare; there is no nosuch/);
    assert.doesNotMatch(faults.join(), /771|991/);
  });

  test('a list without a name, and a token with a space, are faults', () => {
    assert.match(faultsOf({ ...right, ENGINES: ' , ' })[0] ?? '', /^ENGINES: expected names out of/);
    assert.match(faultsOf({ ...right, WORKER_TOKEN: 'two words, which are long' })[0] ?? '', /^WORKER_TOKEN: /);
  });
});
