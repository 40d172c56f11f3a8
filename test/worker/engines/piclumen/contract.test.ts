import assert from 'node:assert/strict';
import { engineContract } from '../../../contracts/engine.ts';
import { echo } from '../../../stand-ins/http-stand-in.ts';
import { PICLUMEN_TOKEN } from '../../../stand-ins/piclumen/piclumen-stand-in.ts';
import {
  answering,
  CREATE,
  createSubject,
  failing,
  PICTURE,
  type PiclumenSubject,
  refusing,
  STATUS,
} from './subject.ts';

engineContract<PiclumenSubject>({
  name: 'piclumen',
  create: (log) => createSubject(log),
  stall: ({ standIn }) => {
    standIn.neverEnds = true;
  },
  underway: ({ standIn }) => standIn.nextRequest(/batch-process-task/),
  mend: ({ standIn }) => standIn.mend(),
  faults: [
    {
      name: 'an error that echoes the request',
      code: 'engine_failed',
      provoke: ({ standIn }) => standIn.interfere(echo),
    },
    {
      name: 'HTTP 401',
      code: 'engine_unauthorized',
      provoke: answering(CREATE, { status: 401, body: `bad token ${PICLUMEN_TOKEN}` }),
    },
    {
      name: 'HTTP 401 while polling',
      code: 'engine_unauthorized',
      provoke: answering(STATUS, { status: 401, body: {} }),
    },
    {
      name: 'HTTP 429',
      code: 'engine_busy',
      provoke: answering(CREATE, { status: 429, headers: { 'retry-after': '90' }, body: '' }),
      check: (error) => assert.equal(error.details.restMs, 90_000),
    },
    {
      name: 'HTTP 500',
      code: 'engine_failed',
      provoke: answering(CREATE, { status: 500, body: '<html><title>500</title>' }),
    },
    { name: 'HTTP 404', code: 'engine_changed', provoke: answering(CREATE, { status: 404, body: {} }) },
    { name: 'an unknown HTTP status', code: 'engine_changed', provoke: answering(CREATE, { status: 418, body: {} }) },
    {
      name: 'a human check',
      code: 'engine_challenge',
      provoke: answering(CREATE, { status: 403, headers: { 'cf-mitigated': 'challenge' }, body: '<html>' }),
    },
    {
      name: 'HTML in place of JSON',
      code: 'engine_changed',
      provoke: answering(CREATE, { body: '<html><title>Sign in</title>' }),
    },
    {
      name: 'success without a task',
      code: 'engine_changed',
      provoke: answering(CREATE, { body: { status: 0, data: null } }),
    },
    { name: 'a refusal without a known word', code: 'engine_failed', provoke: refusing('unexpected 9') },
    { name: 'a refused prompt', code: 'prompt_refused', provoke: refusing('The prompt contains sensitive words') },
    { name: 'spent credit', code: 'engine_unauthorized', provoke: refusing('Insufficient Lumens, please upgrade') },
    { name: 'an expired token as text', code: 'engine_unauthorized', provoke: refusing('please log in again') },
    { name: 'too many tasks', code: 'engine_busy', provoke: refusing('Too many concurrent tasks') },
    { name: 'a failed task', code: 'engine_failed', provoke: failing('failed', 'worker crashed') },
    { name: 'a failed task (failure)', code: 'engine_failed', provoke: failing('failure', null) },
    {
      name: 'a failed task whose text blames the prompt',
      code: 'prompt_refused',
      provoke: failing('failed', 'NSFW content'),
    },
    { name: 'an unknown task status', code: 'engine_timeout', endless: true, provoke: failing('half-baked', null) },
    {
      name: 'a task that is not listed',
      code: 'engine_timeout',
      endless: true,
      provoke: answering(STATUS, { body: { status: 0, data: [] } }),
    },
    {
      name: 'no JSON twice in a row',
      code: 'engine_changed',
      provoke: answering(STATUS, { body: 'upstream sent garbage' }),
    },
    { name: 'a connection reset at creation', code: 'engine_failed', provoke: answering(CREATE, 'reset') },
    { name: 'connection resets while polling', code: 'engine_failed', provoke: answering(STATUS, 'reset') },
    { name: 'a truncated body', code: 'engine_failed', provoke: answering(CREATE, 'truncate') },
    { name: 'a slow drip', code: 'engine_timeout', endless: true, provoke: answering(STATUS, 'drip') },
    { name: 'a truncated picture', code: 'engine_failed', provoke: answering(PICTURE, 'truncate') },
    { name: 'a picture that is gone', code: 'engine_failed', provoke: answering(PICTURE, { status: 404, body: '' }) },
    {
      name: 'a picture of the wrong media type',
      code: 'engine_failed',
      provoke: answering(PICTURE, { headers: { 'content-type': 'image/webp' }, body: '<html>not a picture</html>' }),
    },
    {
      name: 'a picture at a metadata address',
      code: 'engine_changed',
      provoke: ({ standIn }) => {
        standIn.interfere(({ path, json }) =>
          path === STATUS && Array.isArray(json)
            ? {
                body: {
                  status: 0,
                  data: [
                    { markId: json[0], status: 'success', img_urls: [{ imgUrl: 'http://169.254.169.254/x.webp' }] },
                  ],
                },
              }
            : undefined,
        );
      },
    },
    {
      name: 'options that are not known',
      code: 'invalid_request',
      provoke: () => undefined,
      request: { options: { steps: 'many', surprise: 1 } },
      check: (error) => assert.match(error.publicMessage, /piclumen\.steps.*surprise/s),
    },
    {
      name: 'a batch that contradicts the number of pictures',
      code: 'invalid_request',
      provoke: () => undefined,
      request: { options: { resolution: { batch_size: 4 } } },
    },
  ],
});
