import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../architecture/source-files.ts';

/** A unit of systemd, parsed by the rules of systemd.syntax(7) that our units need. */
export interface Unit {
  /** The last value of a key. Throws when there is none. */
  value(section: string, key: string): string;
  values(section: string, key: string): readonly string[];
}

export function readUnit(file: string): Unit {
  const found = new Map<string, string[]>();
  let section = '';
  for (const line of readFileSync(join(root, file), 'utf8').split('\n')) {
    if (line.trim() === '' || /^[#;]/.test(line)) continue;
    const [, header] = /^\[(\w+)\]$/.exec(line) ?? [];
    const [, key, value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (header !== undefined) section = header;
    else if (key !== undefined) found.set(`${section}.${key}`, [...(found.get(`${section}.${key}`) ?? []), value]);
    else throw new Error(`${file}: not a line of a unit: ${line}`);
  }
  const values = (inSection: string, key: string): readonly string[] => found.get(`${inSection}.${key}`) ?? [];
  return {
    values,
    value: (inSection, key) => {
      const last = values(inSection, key).at(-1);
      if (last === undefined) throw new Error(`${file}: [${inSection}] has no ${key}`);
      return last;
    },
  };
}

/** Reads `NAME=value` words and replaces `%S` as systemd does. */
export function toVariables(words: string, stateDirectory: string): Record<string, string> {
  const pairs = words.split(/\s+/).map((word) => {
    const at = word.indexOf('=');
    return [word.slice(0, at), word.slice(at + 1).replaceAll('%S', stateDirectory)] as const;
  });
  return Object.fromEntries(pairs);
}
