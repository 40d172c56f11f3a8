import assert from 'node:assert/strict';
import { type EngineFault, engineContract } from '../../../contracts/engine.ts';
import { failure } from '../../../stand-ins/horde/horde-stand-in.ts';
import { type Answer, echo } from '../../../stand-ins/http-stand-in.ts';
import { createSubject, type HordeSubject } from './subject.ts';

const answering =
  (answer: Answer, path = /^\/generate/) =>
  ({ standIn }: HordeSubject): void =>
    standIn.interfere((request) => (path.test(request.path) ? answer : undefined));
const generation =
  (changes: Record<string, unknown>) =>
  ({ standIn }: HordeSubject): void =>
    void Object.assign(standIn, { generation: changes });
const check =
  (changes: Record<string, unknown>) =>
  ({ standIn }: HordeSubject): void =>
    void Object.assign(standIn, { check: changes, neverEnds: true });

const faults: readonly EngineFault<HordeSubject>[] = [
  { name: 'an error that echoes', code: 'engine_failed', provoke: ({ standIn }) => standIn.interfere(echo) },
  { name: 'a censored picture', code: 'prompt_refused', provoke: generation({ censored: true, state: 'censored' }) },
  { name: 'a picture taken for abuse', code: 'prompt_refused', provoke: generation({ state: 'csam' }) },
  { name: 'a refused prompt', code: 'prompt_refused', provoke: answering(failure(400, 'CorruptPrompt')) },
  { name: 'an unknown key', code: 'engine_unauthorized', provoke: answering(failure(401, 'InvalidAPIKey')) },
  {
    name: 'a suspended address',
    code: 'engine_unauthorized',
    provoke: answering(failure(403, 'TimeoutIP')),
    check: ({ details }) => assert.equal(details.restMs, 3_600_000),
  },
  { name: 'kudos wanted first', code: 'engine_busy', provoke: answering(failure(403, 'KudosUpfront')) },
  {
    name: 'the pool of anonymous callers full',
    code: 'engine_busy',
    provoke: answering(failure(429, 'TooManyPrompts')),
    check: ({ details }) => assert.equal(details.restMs, 45_000),
  },
  { name: 'maintenance', code: 'engine_busy', provoke: answering(failure(503, 'MaintenanceMode')) },
  {
    name: 'a wait that is too long',
    code: 'engine_busy',
    provoke: check({ processing: 0, wait_time: 600 }),
    check: ({ publicMessage }) => assert.match(publicMessage, /wait of 600 s/),
  },
  { name: 'a faulted request', code: 'engine_failed', provoke: check({ faulted: true }) },
  {
    name: 'a request that expired',
    code: 'engine_failed',
    provoke: answering(failure(404, 'RequestNotFound'), /check/),
  },
  {
    name: 'no generation at the end',
    code: 'engine_failed',
    provoke: answering({ body: { generations: [] } }, /status\/work/),
  },
  {
    name: 'a picture that is none',
    code: 'engine_failed',
    provoke: answering({ body: 'gone' }, /^\/files/),
  },
  { name: 'a picture that breaks off', code: 'engine_failed', provoke: answering('truncate', /^\/files/) },
  { name: 'a picture that drips', code: 'engine_timeout', endless: true, provoke: answering('drip', /^\/files/) },
  {
    name: 'a picture at the address of cloud credentials',
    code: 'engine_changed',
    provoke: generation({ img: 'http://169.254.169.254/1.webp' }),
  },
  { name: 'a state that nobody knows', code: 'prompt_refused', provoke: generation({ state: 'dreaming' }) },
  { name: 'another shape', code: 'engine_changed', provoke: answering({ body: { ok: true } }, /async/) },
  { name: 'a reset', code: 'engine_failed', provoke: answering('reset', /async/) },
  { name: 'an answer that breaks off', code: 'engine_failed', provoke: answering('truncate', /async/) },
  { name: 'a slow drip', code: 'engine_timeout', endless: true, provoke: answering('drip', /async/) },
  { name: 'work without an end', code: 'engine_timeout', endless: true, provoke: check({}) },
];

engineContract<HordeSubject>({
  name: 'horde',
  create: (log) => createSubject(log),
  stall: ({ standIn }) => void Object.assign(standIn, { neverEnds: true }),
  underway: ({ standIn }) => standIn.nextRequest(/^\/generate/),
  mend: ({ standIn }) => standIn.mend(),
  faults,
});
