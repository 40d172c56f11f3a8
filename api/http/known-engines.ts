import { invalidRequest } from '../../shared/errors.ts';
import type { Command, ServiceDescription } from '../dialects/dialect.ts';

/**
 * Throws `invalid_request` for options of an engine that does not exist here, which would only be stored. Nothing is
 * refused before a worker has reported its engines.
 */
export function requireKnownEngines(command: Command, service: Pick<ServiceDescription, 'engines'>): void {
  if (command.do !== 'generate' || command.draft.engineOptions === undefined) return;
  const { engineOptions, preferredEngine } = command.draft;
  const engines = service.engines();
  if (engines.length === 0) return;
  // A dialect may add options for the engine it was made for, even if that is not enabled.
  const strangers = Object.keys(engineOptions).filter((name) => name !== preferredEngine && !engines.includes(name));
  if (strangers.length === 0) return;
  const field = 'engine_options';
  const shown = strangers.slice(0, MAX_SHOWN).map((name) => name.slice(0, MAX_NAME_CHARACTERS));
  const message = `\`${field}\` must be keyed by ${engines.join(', ')}, not ${shown.join(', ')}.`;
  throw invalidRequest([{ field, message }]);
}

const MAX_SHOWN = 5;
const MAX_NAME_CHARACTERS = 64;
