import { invalidRequest } from '../../shared/errors.ts';
import type { Command } from '../dialects/dialect.ts';

/**
 * Extras are for engines that exist: those of others would only be stored. Nothing is refused while no worker has told
 * its engines. Throws `invalid_request`.
 */
export function requireKnownEngines(command: Command, engines: readonly string[]): void {
  if (command.do !== 'generate' || engines.length === 0) return;
  const { engineOptions = {}, preferredEngine } = command.draft;
  // A dialect may add extras for the engine that it is made for, whether that is enabled or not.
  const strangers = Object.keys(engineOptions).filter((name) => name !== preferredEngine && !engines.includes(name));
  if (strangers.length === 0) return;
  const field = 'engine_options';
  const shown = strangers.slice(0, MAX_SHOWN).map((name) => name.slice(0, MAX_NAME_CHARACTERS));
  const message = `\`${field}\` must be keyed by ${engines.join(', ')}, not ${shown.join(', ')}.`;
  throw invalidRequest([{ field, message }]);
}

const MAX_SHOWN = 5;
const MAX_NAME_CHARACTERS = 64;
