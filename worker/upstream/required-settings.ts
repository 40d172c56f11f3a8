import { GUIDE, SettingsError } from '../../shared/service/config.ts';

/** The settings that a plug-in cannot do without; throws SettingsError with a line for each that is missing. */
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
  // None of them is undefined: that was just made sure of.
  return Object.fromEntries(names.map((name) => [name, given[name]])) as Record<Name, string>;
}
