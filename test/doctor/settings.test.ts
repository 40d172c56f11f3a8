import { join } from 'node:path';
import { describe } from 'node:test';
import { createFakeWorker } from '../stand-ins/worker/fake-worker.ts';
import { type Case, testCases } from './case.ts';
import { gatewaySettings, type TestMachine, workerSettings } from './test-machine.ts';

/** Faults of the settings. */

async function withWorker(machine: TestMachine, changes: Readonly<Record<string, string | undefined>>) {
  const worker = await createFakeWorker();
  machine.onClose(worker.close);
  return { env: { ...gatewaySettings(machine, worker.url), WORKER_TOKEN: worker.token, ...changes } };
}

const wrong = { code: 'doctor/setting-wrong', status: 'fail' } as const;

const cases: readonly Case[] = [
  {
    ...{ ...wrong, name: 'the token is short', service: 'worker', subject: 'worker' },
    ...{ cure: /^WORKER_TOKEN=</, evidence: /WORKER_TOKEN has a value that is not accepted/ },
    breakIt: (machine) => ({ env: { ...workerSettings(machine), WORKER_TOKEN: 'short' } }),
  },
  {
    ...{ ...wrong, name: 'the token is missing', service: 'worker', cure: /openssl rand/ },
    breakIt: (machine) => ({ env: { ...workerSettings(machine), WORKER_TOKEN: '' } }),
    evidence: /WORKER_TOKEN is missing/,
  },
  {
    ...{ ...wrong, name: 'a number is none', service: 'worker', cure: /^CONCURRENCY=1$/ },
    breakIt: (machine) => ({ env: { ...workerSettings(machine), CONCURRENCY: 'many' } }),
    evidence: /a whole number from 1 to 64/,
  },
  {
    ...{ ...wrong, name: 'an engine does not exist', service: 'worker', cure: /^ENGINES=/ },
    breakIt: (machine) => ({ env: { ...workerSettings(machine), ENGINES: 'sketsh' } }),
    evidence: /there is no sketsh/,
  },
  {
    ...{ ...wrong, name: 'an engine lacks its key', service: 'worker', cure: /^REPLICATE_API_KEY=/ },
    breakIt: (machine) => ({ env: { ...workerSettings(machine), ENGINES: 'replicate,sketch' } }),
    evidence: /because replicate is enabled/,
  },
  {
    ...{ ...wrong, name: 'a store lacks its bucket', service: 'worker', cure: /^S3_BUCKET=/ },
    breakIt: (machine) => {
      const s3 = { S3_ENDPOINT: 'http://127.0.0.1:9', S3_ACCESS_KEY_ID: 'key', S3_SECRET_ACCESS_KEY: 'secret' };
      return { env: { ...workerSettings(machine), STORES: 's3', ...s3 } };
    },
    evidence: /the store s3 is enabled/,
  },
  {
    ...{ ...wrong, name: 'the gateway has no worker', service: 'gateway', cure: /^WORKER_URL=/, subject: 'gateway' },
    breakIt: (machine) => ({ env: { ...gatewaySettings(machine, '') } }),
  },
  {
    ...{ ...wrong, name: 'PUBLIC_URL is no address', service: 'gateway', cure: /^PUBLIC_URL=</ },
    breakIt: (machine) => withWorker(machine, { PUBLIC_URL: 'example.org' }),
  },
  {
    ...{ ...wrong, name: 'API_KEYS have no names', service: 'gateway', cure: /name:secret/ },
    breakIt: (machine) => withWorker(machine, { API_KEYS: 'only-a-secret-0123456789' }),
  },
  {
    ...{ ...wrong, name: 'the rules for prompts are not there', service: 'gateway', cure: /^PROMPT_POLICY_FILE=/ },
    breakIt: (machine) => withWorker(machine, { PROMPT_POLICY_FILE: join(machine.directory, 'rules.json') }),
  },
  {
    ...{ name: 'a setting is misspelt', service: 'gateway', code: 'doctor/setting-unknown', status: 'warn' },
    ...{ cure: /^API_KEYS=<the value of API_KEY>$/, evidence: /API_KEY is no setting/ },
    breakIt: (machine) => withWorker(machine, { API_KEY: 'somebody:secret-of-somebody-1' }),
  },
  {
    ...{ name: 'callers are held too long', service: 'gateway', code: 'doctor/wait-budget-long', status: 'warn' },
    ...{ cure: /^WAIT_BUDGET_MS=85000$/, evidence: /180000/ },
    breakIt: (machine) => withWorker(machine, { WAIT_BUDGET_MS: '180000', PUBLIC_URL: 'https://easel.invalid' }),
  },
  {
    ...{ name: 'the last engine comes too late', service: 'both', code: 'doctor/fallback-late', status: 'warn' },
    ...{ cure: /^FALLBACK_WITHIN_MS=68000$/ },
    breakIt: async (machine) => ({
      env: {
        ...workerSettings(machine),
        ...{ PORT: '0', WORKER_PORT: '0', ENGINES: 'comfyui,sketch', COMFYUI_URL: 'http://127.0.0.1:9' },
        ...{ FALLBACK_WITHIN_MS: '300000' },
      },
    }),
    evidence: /FALLBACK_WITHIN_MS is 300000/,
  },
];

describe('faults of the settings', () => testCases(cases));
