import type { z } from 'zod';
import { text, textWithDefault, urlWithDefault } from '../../shared/service/config.ts';
import { requireSettings } from '../upstream/required-settings.ts';
import type { EnginePlugin } from './engine.ts';
import type { ServiceDescription } from './service-description.ts';
import { createServiceEngine } from './service-engine.ts';

/** A service of the table as a plug-in: its variables are `<NAME>_API_KEY`, `<NAME>_MODEL` and `<NAME>_API_URL`. */
export function createServicePlugin(service: ServiceDescription): EnginePlugin {
  const { name, title, accountVariable } = service;
  const prefix = name.toUpperCase();
  const keyVariable = service.keyVariable ?? `${prefix}_API_KEY`;
  const [modelVariable, urlVariable] = [`${prefix}_MODEL`, `${prefix}_API_URL`];
  const settings: z.ZodRawShape = {
    [keyVariable]: text(`Your key for ${title}, for the engine ${name}`, { secret: true }),
    ...(accountVariable !== undefined && {
      [accountVariable]: text(`Your account at ${title}, for the engine ${name}`),
    }),
    [modelVariable]: textWithDefault(`The model of the engine ${name}`, service.model, `a model of ${title}`),
    [urlVariable]: urlWithDefault(`Where the engine ${name} reaches the service`, service.url),
  };
  const required = [keyVariable, ...(accountVariable === undefined ? [] : [accountVariable])];
  return {
    name,
    settings,
    create: (given, { clock }) => {
      const set = requireSettings(name, given as Record<string, string | undefined>, required);
      const account = accountVariable === undefined ? '' : (set[accountVariable] ?? '');
      const [model, url] = [String(given[modelVariable]), String(given[urlVariable])];
      return createServiceEngine(service, { key: set[keyVariable] ?? '', model, account, url, clock });
    },
  };
}
