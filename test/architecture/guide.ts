import type { z } from 'zod';
import { describeSetting } from '../../shared/service/config.ts';

/** What the guide and `.env.example` must say about each setting. */

const toDefault = (fallback: string | undefined): string => (fallback === undefined ? 'unset' : `\`${fallback}\``);

export function toGuideRow(name: string, schema: z.core.$ZodType): string {
  const { description, format, fallback } = describeSetting(schema);
  return `| <a id="${name.toLowerCase()}"></a>\`${name}\` | ${description} | ${format.replaceAll('|', '\\|')} | ${toDefault(fallback)} |`;
}

export function toEnvLines(name: string, schema: z.core.$ZodType): string {
  const { description, fallback } = describeSetting(schema);
  return `# ${description}\n# ${name}=${fallback ?? ''}`;
}
