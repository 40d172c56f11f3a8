import type { z } from 'zod';
import { GUIDE, readSettings, SettingsError } from '../shared/service/config.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Collects faults in settings, so that the operator gets all of them at once. */
export interface Faults {
  /** The result of `read`, or undefined after a SettingsError, which is kept. */
  collect<T>(read: () => T): T | undefined;
  /** Throws one SettingsError with all lines that were kept, if there are any. */
  throwIfAny(): void;
}

export function createFaults(): Faults {
  const lines = new Set<string>();
  return {
    collect(read) {
      try {
        return read();
      } catch (error) {
        if (!(error instanceof SettingsError)) throw error;
        for (const line of error.message.split('\n')) lines.add(line);
        return undefined;
      }
    },
    throwIfAny() {
      if (lines.size > 0) throw new SettingsError([...lines].join('\n'));
    },
  };
}

/** What engines and stores have in common as plug-ins. */
interface Plugin<Services, Made> {
  readonly name: string;
  readonly settings: z.ZodRawShape;
  create(settings: Record<string, unknown>, services: Services): Made;
}

interface EnableOptions<Services, Made> {
  /** ENGINES or STORES. */
  readonly variable: string;
  /** In order of preference. */
  readonly names: readonly string[];
  readonly known: readonly Plugin<Services, Made>[];
  readonly environment: Environment;
  readonly services: Services;
  readonly faults: Faults;
}

/** Constructs the named plug-ins, in that order. Faults in the settings of the others are reported too. */
export function enable<Services, Made>(options: EnableOptions<Services, Made>): readonly Made[] {
  const { variable, known, environment, services, faults } = options;
  const names = new Set(options.names);
  faults.collect(() =>
    requireKnown(
      variable,
      [...names],
      known.map(({ name }) => name),
    ),
  );
  const made = new Map<string, Made>();
  for (const plugin of known) {
    const settings = faults.collect(() => readSettings(plugin.settings, environment));
    if (settings === undefined || !names.has(plugin.name)) continue;
    const member = faults.collect(() => plugin.create(settings, services));
    if (member !== undefined) made.set(plugin.name, member);
  }
  return [...names].map((name) => made.get(name)).filter((member) => member !== undefined);
}

function requireKnown(variable: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.filter((name) => !known.includes(name));
  if (names.length > 0 && unknown.length === 0) return;
  const found = unknown.length === 0 ? '' : `; there is no ${unknown.join(', ')}`;
  throw new SettingsError(
    `${variable}: expected names out of ${known.join(', ')}${found} (${GUIDE}#${variable.toLowerCase()})`,
  );
}
