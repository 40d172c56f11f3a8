import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { allSettings } from '../../doctor/checks/settings.ts';
import { createHideSecrets } from '../../doctor/hide-secrets.ts';
import { isSecretSetting } from '../../shared/service/config.ts';
import { gatewaySettings, openTestMachine, print, type TestMachine, workerSettings } from './test-machine.ts';

/** Puts a secret into every place where an operator may have one, and expects none of them in the report. */

/** A text that every planted secret contains. */
const MARK = 'zebra';
const plant = (name: string): string => `${MARK}-${name.toLowerCase().replaceAll('_', '-')}-0123456789`;

/** Secrets of settings that check a format. */
const SHAPED: Readonly<Record<string, string>> = {
  API_KEYS: `somebody:${plant('api_keys')}:60:500,other:${plant('other_key')}`,
  OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${plant('otlp')},authorization=Basic%20${plant('otlp_basic')}`,
  AUTOMATIC1111_AUTH: `user:${plant('automatic1111')}`,
  WEBHOOK_SECRET: `whsec_${Buffer.from(`${MARK}-webhook-secret-0123456789`).toString('base64')}`,
};

const secretNames = Object.entries(allSettings).flatMap(([name, schema]) => (isSecretSetting(schema) ? [name] : []));

describe('secrets', () => {
  let machine: TestMachine;
  let echo: string;
  before(async () => {
    machine = await openTestMachine();
    // A service that repeats its input in every encoding.
    echo = await machine.serve((request, response) => {
      const sentHeaders = JSON.stringify(request.headers);
      const base64 = Buffer.from(request.headers.authorization?.split(' ')[1] ?? '').toString('base64');
      response.writeHead(401, { location: `https://user:${plant('location')}@example.org/?key=${plant('query')}` });
      response.end(
        JSON.stringify({ message: `${sentHeaders} ${encodeURIComponent(sentHeaders)} ${base64} ${request.url}` }),
      );
    });
  });
  after(() => machine.close());

  const withUser = (url: string, name: string): string => url.replace('://', `://user:${plant(name)}@`);

  /** Sets every secret, and a password in every address that can have one. Every service is the echo. */
  function plantEverywhere(): Record<string, string> {
    const secrets = Object.fromEntries(secretNames.map((name) => [name, SHAPED[name] ?? plant(name)]));
    const urls = Object.keys(allSettings).filter((name) => /_URL$|_ENDPOINT$/.test(name) && name !== 'PUBLIC_URL');
    return {
      ...secrets,
      ...Object.fromEntries(urls.map((name) => [name, withUser(echo, name)])),
      ...{ REDIS_URL: `redis://user:${plant('redis_password')}@127.0.0.1:9/0?password=${plant('redis_query')}` },
      ...{ GRADIO_SPACES: withUser(echo, 'space'), HUGGING_FACE_MODEL: 'acme/painter', S3_BUCKET: 'pictures' },
      ...{ CLOUDFLARE_ACCOUNT_ID: plant('account'), CLOUDINARY_CLOUD_NAME: 'cloud' },
      ...{ MY_OWN_PASSWORD: plant('own_password'), DATABASE_URL: withUser('postgres://db', 'database') },
    };
  }

  /** The secrets as they are set, the parts of them, and their encoded forms. */
  const everySecret = (environment: Readonly<Record<string, string>>): string[] => {
    const whsec = Buffer.from(SHAPED.WEBHOOK_SECRET?.slice('whsec_'.length) ?? '', 'base64').toString();
    return [MARK, encodeURIComponent(MARK), whsec, ...secretNames.map((name) => environment[name] ?? '')].filter(
      (secret) => secret !== '' && !secret.startsWith('redis:'),
    );
  };

  function assertHidden(output: string, environment: Readonly<Record<string, string>>): void {
    for (const secret of everySecret(environment)) {
      const at = output.toLowerCase().indexOf(secret.toLowerCase());
      assert.equal(at, -1, `shows a secret: ${output.slice(Math.max(0, at - 200), Math.max(0, at))}<here>`);
    }
  }

  const ENGINES =
    'openai,huggingface,replicate,gemini,horde,gradio,automatic1111,piclumen,cloudflare,bfl,together,stability,pollinations,fireworks,fal,comfyui,sketch';
  const STORES = 'imgur,s3,cloudinary,imgbb,disk';

  for (const argv of [['--json'], []]) {
    test(`are hidden when all settings are right, ${argv.join() || 'as text'}`, async () => {
      const planted = plantEverywhere();
      const environment = {
        ...planted,
        ...{ ...workerSettings(machine), ...gatewaySettings(machine, planted.WORKER_URL ?? ''), ENGINES, STORES },
        ...{ WORKER_TOKEN: planted.WORKER_TOKEN ?? '', PORT: '0', WORKER_PORT: '0', PUBLIC_URL: `${echo}/base` },
      };
      const { output } = await print([...argv, '--service', 'both'], environment, machine.surroundings);
      assert.match(output, /engine replicate/, 'the services were asked');
      assert.match(output, /store s3/);
      assertHidden(output, environment);
    });

    test(`are hidden when settings are wrong, ${argv.join() || 'as text'}`, async () => {
      const planted = plantEverywhere();
      const environment = {
        ...planted,
        ...{ ENGINES: plant('engines'), PUBLIC_URL: withUser(echo, 'public_url'), API_KEYS: plant('no_name') },
        ...{ CONCURRENCY: 'many', PROMPT_POLICY_FILE: `/${plant('policy')}`, IMGUR_CLIENT_IDS: plant('misspelt') },
        ...{ REPLICATE_API_TOKEN: plant('unknown_token') },
      };
      const { output } = await print([...argv, '--service', 'both'], environment, machine.surroundings);
      assert.match(output, /setting-wrong/);
      // The operator needs to see the wrong path and the wrong engine name, which are no secrets.
      assertHidden(output.replaceAll(plant('policy'), '').replaceAll(plant('engines'), ''), environment);
    });
  }

  test('are hidden in the encodings in which services repeat them', () => {
    const secret = 'p@ss/word+with=signs';
    const hide = createHideSecrets({ OPENAI_API_KEY: secret, REDIS_URL: 'redis://:p%40ss%2Fword@host' }, allSettings);
    const spellings = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), 'p@ss/word'];
    for (const spelling of spellings) assert.equal(hide(`sent ${spelling}.`), 'sent [hidden].');
    const headers = createHideSecrets({ OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20secret,y=another' }, allSettings);
    assert.equal(headers('a secret, a%20secret, another'), '[hidden], [hidden], [hidden]');
    assert.equal(hide('see https://host/a?key=value'), 'see https://host/a?[hidden]');
    assert.equal(hide('Authorization: Bearer abcdefghij'), 'Authorization: [hidden]');
  });

  test('are hidden without loss of ordinary words', () => {
    const hide = createHideSecrets(
      { API_KEYS: '', USER: 'root', GIT_AUTHOR_NAME: 'worker', PORT: '10000' },
      allSettings,
    );
    const sentence = 'the worker runs as root on port 10000';
    assert.equal(hide(sentence), sentence);
  });
});
