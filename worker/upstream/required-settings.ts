import { GUIDE, SettingsError } from '../../shared/service/config.ts';

/** Returns the settings that a plug-in needs. Throws SettingsError with a line for each missing one. */
export function requireSettings<Name extends string>(
  plugIn: string,
  given: { readonly [name in Name]?: string | undefined },
  names: readonly Name[],
): Record<Name, string> {
  const missing = names.filter((name) => given[name] === undefined);
  if (missing.length > 0) {
    const lines = missing.map(
      (name) => `${name}: expected, because ${plugIn} is enabled (${GUIDE}#${name.toLowerCase()})`,
    );
    throw new SettingsError(lines.join('\n'));
  }
  // The check above makes sure that none is undefined.
  return Object.fromEntries(names.map((name) => [name, given[name]])) as Record<Name, string>;
}
