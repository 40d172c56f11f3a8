import assert from 'node:assert/strict';
import { engineContract } from '../../../contracts/engine.ts';
import { echo } from '../../../stand-ins/http-stand-in.ts';
import { type Automatic1111Subject, answering, blaming, createSubject, TXT2IMG } from './subject.ts';

engineContract<Automatic1111Subject>({
  name: 'automatic1111',
  create: createSubject,
  stall: ({ standIn }) => {
    standIn.holds = true;
  },
  underway: ({ standIn }) => standIn.nextRequest(/txt2img/),
  mend: ({ standIn }) => standIn.mend(),
  faults: [
    {
      name: 'an error that echoes the request',
      code: 'engine_failed',
      provoke: ({ standIn }) => standIn.interfere((request) => (request.path === TXT2IMG ? echo(request) : undefined)),
    },
    {
      name: 'HTTP 401',
      code: 'engine_unauthorized',
      provoke: answering(blaming(401, 'Incorrect username or password')),
    },
    { name: 'no API at all', code: 'engine_changed', provoke: answering(blaming(404, 'Not Found')) },
    {
      name: 'a request that it finds invalid',
      code: 'engine_changed',
      provoke: answering(blaming(422, 'value error')),
    },
    { name: 'HTTP 500', code: 'engine_failed', provoke: answering(blaming(500, 'AssertionError')) },
    {
      name: 'a server out of memory',
      code: 'engine_failed',
      provoke: answering({
        status: 500,
        body: { error: 'OutOfMemoryError', detail: '', errors: 'CUDA out of memory' },
      }),
      check: (error) => assert.match(error.publicMessage, /smaller picture/),
    },
    { name: 'HTTP 503', code: 'engine_busy', provoke: answering({ status: 503, body: '' }) },
    { name: 'HTTP 504', code: 'engine_timeout', provoke: answering({ status: 504, body: '<html>' }) },
    { name: 'an unknown HTTP status', code: 'engine_changed', provoke: answering({ status: 418, body: 'teapot' }) },
    {
      name: 'a sampler that it does not have',
      code: 'invalid_request',
      provoke: () => undefined,
      request: { sampler: 'Nonesuch' },
      check: (error) => assert.equal(error.details.field, 'sampler'),
    },
    {
      name: 'options that are not known',
      code: 'invalid_request',
      provoke: () => undefined,
      request: { options: { outdir: '/etc' } },
    },
    {
      name: 'an answer without pictures',
      code: 'engine_changed',
      provoke: answering({ body: { images: [], info: '{}' } }),
    },
    {
      name: 'fewer pictures than asked',
      code: 'engine_failed',
      provoke: answering({ body: { images: ['iVBORw0KGgo='], info: '' } }),
      request: { count: 2 },
    },
    {
      name: 'text in place of a picture',
      code: 'engine_failed',
      provoke: answering({ body: { images: ['bm8gcGljdHVyZQ=='], info: '' } }),
    },
    {
      name: 'the wrong media type',
      code: 'engine_changed',
      provoke: answering({ headers: { 'content-type': 'text/html' }, body: '<html><title>Log in</title>' }),
    },
    { name: 'a connection reset', code: 'engine_failed', provoke: answering('reset') },
    { name: 'a truncated body', code: 'engine_failed', provoke: answering('truncate') },
    { name: 'a slow drip', code: 'engine_timeout', endless: true, provoke: answering('drip') },
    {
      name: 'a redirect',
      code: 'engine_changed',
      provoke: answering({ status: 302, headers: { location: '/login' }, body: '' }),
    },
  ],
});
