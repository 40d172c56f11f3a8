import { describe } from 'node:test';
import { AUTOMATIC1111_AUTH, createAutomatic1111StandIn } from '../stand-ins/automatic1111/automatic1111-stand-in.ts';
import { createGradioStandIn, GRADIO_TOKEN } from '../stand-ins/gradio/gradio-stand-in.ts';
import { createHordeStandIn } from '../stand-ins/horde/horde-stand-in.ts';
import { createHttpStandIn } from '../stand-ins/http-stand-in.ts';
import { createImgurStandIn } from '../stand-ins/imgur/imgur-stand-in.ts';
import { createOpenaiStandIn, OPENAI_KEY } from '../stand-ins/openai/openai-stand-in.ts';
import { createS3StandIn, S3_ACCOUNT } from '../stand-ins/s3/s3-stand-in.ts';
import { type Case, testCases } from './case.ts';
import { type TestMachine, workerSettings } from './test-machine.ts';

/** Faults of engines and stores. */

/** Nothing listens on the discard port. */
const CLOSED = 'http://127.0.0.1:9';
const DAY_MS = 86_400_000;
const dayFromNow = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

async function withOpenai(
  machine: TestMachine,
  changes: Readonly<Record<string, string>>,
  models: readonly object[] = [],
) {
  const standIn = await createOpenaiStandIn('openai');
  machine.onClose(() => standIn.close());
  Object.assign(standIn, { models });
  const openai = { OPENAI_BASE_URL: `${standIn.url}/v1`, OPENAI_API_KEY: OPENAI_KEY, OPENAI_IMAGE_MODEL: 'painter-1' };
  return { env: { ...workerSettings(machine), ENGINES: 'openai,sketch', ...openai, ...changes } };
}

async function withS3(machine: TestMachine, changes: Readonly<Record<string, string>>) {
  const standIn = await createS3StandIn();
  machine.onClose(standIn.close);
  const s3 = {
    ...{ STORES: 's3,disk', S3_ENDPOINT: standIn.url, S3_REGION: S3_ACCOUNT.region, S3_BUCKET: S3_ACCOUNT.bucket },
    ...{ S3_ACCESS_KEY_ID: S3_ACCOUNT.accessKeyId, S3_SECRET_ACCESS_KEY: S3_ACCOUNT.secretAccessKey },
  };
  return { env: { ...workerSettings(machine), ...s3, ...changes } };
}

async function withImgur(machine: TestMachine, clientId: string, userRemaining: number) {
  const standIn = await createImgurStandIn({ clientIds: ['client-of-stand-in'], credits: { userRemaining } });
  machine.onClose(() => standIn.stop());
  const imgur = { STORES: 'imgur,disk', IMGUR_API_URL: standIn.apiUrl, IMGUR_CLIENT_ID: clientId };
  return { env: { ...workerSettings(machine), ...imgur } };
}

const onWorker = { service: 'worker' } as const;

const cases: readonly Case[] = [
  {
    ...{ ...onWorker, name: 'an engine’s host is away', code: 'doctor/engine-unreachable', status: 'warn' },
    ...{ subject: 'engine horde', cure: /^ENGINES=sketch$/, evidence: /ECONNREFUSED/ },
    breakIt: (machine) => ({ env: { ...workerSettings(machine), ENGINES: 'horde,sketch', HORDE_URL: CLOSED } }),
  },
  {
    ...{ ...onWorker, name: 'the way out leads through a proxy', code: 'doctor/engine-unreachable', status: 'warn' },
    ...{ cure: /^ENGINES=sketch$/, evidence: /HTTPS_PROXY is set/ },
    breakIt: (machine) => ({
      env: { ...workerSettings(machine), ENGINES: 'horde,sketch', HORDE_URL: CLOSED, HTTPS_PROXY: 'http://proxy:3128' },
    }),
  },
  {
    ...{ ...onWorker, name: 'only drawings are left', code: 'doctor/engine-drawn-only', status: 'warn' },
    ...{ cure: /other engines/, evidence: /left: sketch/ },
    breakIt: (machine) => ({ env: { ...workerSettings(machine), ENGINES: 'horde,sketch', HORDE_URL: CLOSED } }),
  },
  {
    ...{ ...onWorker, name: 'no engine is left', code: 'doctor/no-engine', status: 'fail', cure: /^ENGINES=perchance/ },
    breakIt: (machine) => ({ env: { ...workerSettings(machine), ENGINES: 'comfyui', COMFYUI_URL: CLOSED } }),
  },
  {
    ...{ ...onWorker, name: 'an engine’s key is wrong', code: 'doctor/engine-unauthorized', status: 'fail' },
    ...{ subject: 'engine openai', cure: /^OPENAI_API_KEY=/, evidence: /401/ },
    breakIt: (machine) => withOpenai(machine, { OPENAI_API_KEY: 'sk-of-somebody-else-0123456789' }),
  },
  {
    ...{ ...onWorker, name: 'the Horde does not know the key', code: 'doctor/engine-unauthorized', status: 'fail' },
    ...{ subject: 'engine horde', cure: /^HORDE_API_KEY=/ },
    breakIt: async (machine) => {
      const standIn = await createHordeStandIn();
      machine.onClose(() => standIn.close());
      const horde = { HORDE_URL: standIn.url, HORDE_API_KEY: 'UnknownKey0123456789', ENGINES: 'horde,sketch' };
      return { env: { ...workerSettings(machine), ...horde } };
    },
  },
  {
    ...{ ...onWorker, name: 'a server’s password is wrong', code: 'doctor/engine-unauthorized', status: 'fail' },
    ...{ cure: /^AUTOMATIC1111_AUTH=/, evidence: /401/ },
    breakIt: async (machine) => {
      const standIn = await createAutomatic1111StandIn();
      machine.onClose(() => standIn.close());
      const auth = { AUTOMATIC1111_URL: standIn.url, AUTOMATIC1111_AUTH: `${AUTOMATIC1111_AUTH}-of-old` };
      return { env: { ...workerSettings(machine), ENGINES: 'automatic1111,sketch', ...auth } };
    },
  },
  {
    ...{ ...onWorker, name: 'a model was shut down', code: 'doctor/engine-model-gone', status: 'fail' },
    ...{ cure: /^OPENAI_IMAGE_MODEL=/, evidence: /was shut down on/ },
    breakIt: (machine) => withOpenai(machine, {}, [{ id: 'painter-1', shutdown_date: dayFromNow(-3) }]),
  },
  {
    ...{ ...onWorker, name: 'a model is not listed', code: 'doctor/engine-model-gone', status: 'warn' },
    ...{ cure: /^OPENAI_IMAGE_MODEL=/, evidence: /painter-1 is not in/ },
    breakIt: (machine) => withOpenai(machine, {}, [{ id: 'painter-2' }]),
  },
  {
    ...{ ...onWorker, name: 'a model ends soon', code: 'doctor/engine-model-ends', status: 'warn' },
    ...{ cure: /^OPENAI_IMAGE_MODEL=/, evidence: /in (19|20) days/ },
    breakIt: (machine) => withOpenai(machine, {}, [{ id: 'painter-1', shutdown_date: dayFromNow(20) }]),
  },
  {
    ...{ ...onWorker, name: 'the GPU time of today is used', code: 'doctor/engine-quota-spent', status: 'warn' },
    ...{ subject: 'engine gradio', cure: /wait/, evidence: /0 seconds of GPU time.*comes back at 2026-11-28/ },
    breakIt: async (machine) => {
      const standIn = await createGradioStandIn();
      machine.onClose(() => standIn.close());
      standIn.gpuSeconds = 0;
      const gradio = { GRADIO_SPACES: 'acme/painter', GRADIO_HUB_URL: standIn.url, GRADIO_TOKEN };
      return { env: { ...workerSettings(machine), ENGINES: 'gradio,sketch', ...gradio } };
    },
  },
  {
    ...{ ...onWorker, name: 'a Space is broken', code: 'doctor/engine-unreachable', status: 'warn' },
    ...{ subject: 'engine gradio', cure: /^ENGINES=sketch$/, evidence: /it is RUNTIME_ERROR/ },
    breakIt: async (machine) => {
      const standIn = await createGradioStandIn();
      machine.onClose(() => standIn.close());
      standIn.stage = 'RUNTIME_ERROR';
      const gradio = { GRADIO_SPACES: 'acme/painter', GRADIO_HUB_URL: standIn.url };
      return { env: { ...workerSettings(machine), ENGINES: 'gradio,sketch', ...gradio } };
    },
  },
  {
    ...{ ...onWorker, name: 'something else answers for an engine', code: 'doctor/engine-odd', status: 'warn' },
    ...{ subject: 'engine automatic1111', cure: /^AUTOMATIC1111_URL=/, evidence: /a page titled "Welcome"/ },
    breakIt: async (machine) => {
      const page = { headers: { 'content-type': 'text/html' }, body: '<html><title>Welcome</title></html>' };
      const standIn = await createHttpStandIn(() => page);
      machine.onClose(() => standIn.close());
      const engines = { ENGINES: 'automatic1111,sketch', AUTOMATIC1111_URL: standIn.url };
      return { env: { ...workerSettings(machine), ...engines } };
    },
  },
  {
    ...{ ...onWorker, name: 'Imgur does not know the client', code: 'doctor/store-unauthorized', status: 'fail' },
    ...{ subject: 'store imgur', cure: /^IMGUR_CLIENT_ID=/, evidence: /403/ },
    breakIt: (machine) => withImgur(machine, 'client-of-nobody', 500),
  },
  {
    ...{ ...onWorker, name: 'Imgur’s hour is used', code: 'doctor/store-quota-spent', status: 'warn' },
    ...{ subject: 'store imgur', cure: /^STORES=/, evidence: /0 uploads left; it comes back at/ },
    breakIt: (machine) => withImgur(machine, 'client-of-stand-in', 5),
  },
  {
    ...{ ...onWorker, name: 'the secret of S3 is wrong', code: 'doctor/store-unauthorized', status: 'fail' },
    ...{ subject: 'store s3', cure: /^S3_SECRET_ACCESS_KEY=/, evidence: /SignatureDoesNotMatch/ },
    breakIt: (machine) => withS3(machine, { S3_SECRET_ACCESS_KEY: 'another-secret-0123456789' }),
  },
  {
    ...{ ...onWorker, name: 'the bucket is not there', code: 'doctor/store-unauthorized', status: 'fail' },
    ...{ subject: 'store s3', cure: /^S3_BUCKET=/, evidence: /NoSuchBucket/ },
    breakIt: (machine) => withS3(machine, { S3_BUCKET: 'no-such-bucket' }),
  },
  {
    ...{ ...onWorker, name: 'a store’s host is away', code: 'doctor/store-unreachable', status: 'warn' },
    ...{ subject: 'store s3', cure: /^STORES=disk$/, evidence: /ECONNREFUSED/ },
    breakIt: (machine) => withS3(machine, { S3_ENDPOINT: CLOSED }),
  },
  {
    ...{ ...onWorker, name: 'something else answers for a store', code: 'doctor/store-odd', status: 'warn' },
    ...{ subject: 'store s3', cure: /^S3_ENDPOINT=/, evidence: /not an answer of the S3 API/ },
    breakIt: async (machine) => {
      const url = await machine.serve((_request, response) => void response.end('welcome to this network'));
      return withS3(machine, { S3_ENDPOINT: url });
    },
  },
  {
    ...{ ...onWorker, name: 'no store is left', code: 'doctor/no-store', status: 'fail', cure: /^STORES=disk$/ },
    breakIt: (machine) => withS3(machine, { S3_ENDPOINT: CLOSED, STORES: 's3' }),
  },
  {
    ...{ ...onWorker, name: 'many workers keep pictures apart', code: 'doctor/store-unshared', status: 'warn' },
    ...{ cure: /^STORES=s3$/ },
    breakIt: (machine) => ({ env: { ...workerSettings(machine), REDIS_URL: 'redis://127.0.0.1:9' } }),
  },
];

describe('faults of engines and stores', () => testCases(cases));
