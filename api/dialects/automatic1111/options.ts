import type { Outcome, Route } from '../dialect.ts';
import { LOOKUP_FAILURES } from '../failures.ts';
import { DEFAULT_CHECKPOINT, toEngineName } from './models.ts';
import { empty, optionsBody } from './schema.ts';

export const toOptions = ({ service }: Outcome) => ({
  sd_model_checkpoint: service.preferredEngine ?? DEFAULT_CHECKPOINT,
  samples_format: 'png',
});

export const setOptions: Route = {
  method: 'post',
  path: '/sdapi/v1/options',
  documentation: {
    summary: 'Choose the engine for your later requests; other options have no effect',
    body: optionsBody,
    bodyExample: { sd_model_checkpoint: DEFAULT_CHECKPOINT },
    failures: [...LOOKUP_FAILURES, 'forbidden'],
    responses: { 200: { description: 'Done.', schema: empty } },
  },
  decode: ({ body }) => {
    const { sd_model_checkpoint: checkpoint } = optionsBody.catch({}).parse(body);
    if (typeof checkpoint !== 'string') return { do: 'describe' };
    return { do: 'prefer', engine: toEngineName(checkpoint) };
  },
  encode: () => ({ status: 200, body: {} }),
};
