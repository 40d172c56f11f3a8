import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readGatewaySettings } from '../../api/config.ts';
import { SettingsError } from '../../shared/service/config.ts';

const STRONG = 'a-secret-nobody-guesses';
const WEBHOOK = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

function faultOf(environment: Record<string, string>): string {
  try {
    readGatewaySettings(environment);
    return '';
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.message;
  }
}

describe('secrets of the gateway', () => {
  const weak: ReadonlyArray<[name: string, value: string]> = [
    ['WORKER_TOKEN', 'a'],
    ['WORKER_TOKEN', `${STRONG},short`],
    ['WORKER_TOKEN', 'two words, which are long'],
    ['WORKER_TOKEN', 'Umlaute-sind-schön-aber'],
    ['JOB_SECRET', 'fifteen-letters'],
    ['JOB_SECRET', `${STRONG},`],
    ['ADMIN_KEY', 'my-own-key'],
    ['API_KEYS', 'anna:fifteen-letters'],
    ['WEBHOOK_SECRET', 'abc'],
    ['WEBHOOK_SECRET', 'whsec_'],
    ['WEBHOOK_SECRET', 'whsec_!!!!'],
    ['WEBHOOK_SECRET', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['WEBHOOK_SECRET', `${WEBHOOK}!`],
    ['WEBHOOK_SECRET', WEBHOOK.slice('whsec_'.length)],
  ];
  for (const [name, value] of weak) {
    test(`${name}=${value} is refused by name`, () => {
      const fault = faultOf({ [name]: value });
      assert.match(fault, new RegExp(`^${name}: expected .*(16 characters|24 bytes).*#${name.toLowerCase()}\\)$`));
      if (!['a', 'whsec_'].includes(value)) assert.equal(fault.includes(value), false, 'the value must not be printed');
    });
  }

  test('strong secrets are accepted, and lists of secrets for a change', () => {
    const { WORKER_TOKEN, JOB_SECRET } = readGatewaySettings({
      ...{ WORKER_TOKEN: `${STRONG}, ${STRONG}-2`, JOB_SECRET: STRONG, ADMIN_KEY: STRONG },
      ...{ API_KEYS: `anna:${STRONG}`, WEBHOOK_SECRET: WEBHOOK },
    });
    assert.deepEqual([WORKER_TOKEN, JOB_SECRET], [[STRONG, `${STRONG}-2`], [STRONG]]);
  });

  test('a wrong secret ends the start with exit code 78 and a line that says what to do', () => {
    const directory = mkdtempSync(join(tmpdir(), 'easel-config-'));
    const main = join(import.meta.dirname, '../../api/main.ts');
    const env = { ...process.env, WEBHOOK_SECRET: 'abc', WORKER_URL: 'http://127.0.0.1:9', WORKER_TOKEN: STRONG };
    const { status, stderr, stdout } = spawnSync(process.execPath, [main], { cwd: directory, env, encoding: 'utf8' });
    rmSync(directory, { recursive: true });
    assert.equal(status, 78);
    assert.match(`${stderr}${stdout}`, /WEBHOOK_SECRET: expected .*openssl rand -base64 32/);
  });
});

describe('the settings of the gateway', () => {
  test('a worker address without a scheme, as platforms give it, gets http', () => {
    const { WORKER_URL } = readGatewaySettings({ WORKER_URL: 'worker:10001, 10.0.0.1:80,, https://worker.example/' });
    assert.deepEqual(WORKER_URL, ['http://worker:10001', 'http://10.0.0.1:80', 'https://worker.example']);
  });

  test('an invalid WORKER_URL is refused with the name of the setting', () => {
    for (const WORKER_URL of ['ftp://worker:10001', 'http://', 'a worker', 'worker:port'])
      assert.throws(
        () => readGatewaySettings({ WORKER_URL }),
        (error) => error instanceof SettingsError && /^WORKER_URL: expected addresses/.test(error.message),
        WORKER_URL,
      );
  });

  test('an IPv6 HOST may have the brackets of a URL', () => {
    assert.deepEqual(
      ['[::1]', '::1', ' 127.0.0.1 ', ''].map((HOST) => readGatewaySettings({ HOST }).HOST),
      ['::1', '::1', '127.0.0.1', '0.0.0.0'],
    );
  });
});
