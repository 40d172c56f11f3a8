import { AppError } from '../../../shared/errors.ts';
import type { Dialect, Outcome, Route } from '../dialect.ts';
import { FIND_FAILURES, LOOKUP_FAILURES } from '../failures.ts';
import { toPictureRefusal } from '../sources.ts';
import { encodeOpenaiError } from './errors.ts';
import { images } from './images.ts';
import { ALIASES, isAlias } from './models.ts';
import { modelAnswer, modelPath, modelsAnswer, openaiError } from './schema.ts';

const toModel = (id: string, { service }: Outcome) => ({
  id,
  object: 'model',
  created: Math.floor(service.now / 1000),
  owned_by: 'easel',
});

const knownModels = ({ service }: Outcome): string[] => [...service.engines(), ...ALIASES];

const models: Route = {
  method: 'get',
  path: '/v1/models',
  documentation: {
    summary: 'The engines, as OpenAI’s models',
    failures: LOOKUP_FAILURES,
    responses: { 200: { description: 'Engines and aliases.', schema: modelsAnswer } },
  },
  decode: () => ({ do: 'describe' }),
  encode: (outcome) => ({
    status: 200,
    body: { object: 'list', data: knownModels(outcome).map((id) => toModel(id, outcome)) },
  }),
};

const model: Route = {
  method: 'get',
  path: '/v1/models/:model',
  documentation: {
    summary: 'One engine, as OpenAI’s model',
    params: modelPath,
    failures: FIND_FAILURES,
    responses: { 200: { description: 'It is there.', schema: modelAnswer } },
  },
  decode: ({ params }) => ({ do: 'describe', details: params.model }),
  encode: (outcome) => {
    const id = outcome.command.do === 'describe' ? String(outcome.command.details) : '';
    if (!knownModels(outcome).includes(id) && !isAlias(id)) {
      throw new AppError('not_found', 'unknown model', {
        publicMessage: 'There is no such model here.',
        field: 'model',
      });
    }
    return { status: 200, body: toModel(id, outcome) };
  },
};

/** OpenAI's images API, which more clients speak than any other. */
export const openai: Dialect = {
  name: 'openai',
  description: 'OpenAI’s clients: change their base URL to `/v1` here.',
  prefixes: ['/v1'],
  routes: [
    images,
    ...['edits', 'variations'].map((name) => toPictureRefusal(`/v1/images/${name}`, 'image')),
    models,
    model,
  ],
  errorSchema: openaiError,
  encodeError: encodeOpenaiError,
};
