import { globSync, readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';

/** A regular expression literal in the sources. */
export interface FoundPattern {
  /** `file:line`, relative to the root of the repository. */
  readonly place: string;
  readonly source: string;
  readonly flags: string;
}

interface FoundPatterns {
  readonly literals: readonly FoundPattern[];
  /** Places of `new RegExp(…)`, whose patterns are known only at run time. */
  readonly built: readonly string[];
}

const BUILD_FILES = '{api,worker,shared}/**/*.{ts,js}';

/** Finds every regular expression in the syntax trees of the sources. */
export function findPatterns(root: string): FoundPatterns {
  const literals: FoundPattern[] = [];
  const built: string[] = [];
  for (const file of globSync(BUILD_FILES, { cwd: root }).sort()) {
    const code = readFileSync(`${root}/${file}`, 'utf8');
    const lineOf = (offset: number): number => code.slice(0, offset).split('\n').length;
    for (const node of walk(parseSync(file, code).program)) {
      const { regex, start = 0 } = node;
      if (regex !== undefined && regex !== null) {
        literals.push({ place: `${file}:${lineOf(start)}`, source: regex.pattern, flags: regex.flags });
      } else if (node.callee?.name === 'RegExp') {
        built.push(file);
      }
    }
  }
  return { literals, built };
}

interface SyntaxNode {
  readonly start?: number;
  readonly regex?: { readonly pattern: string; readonly flags: string } | null;
  readonly callee?: { readonly name?: string };
}

function* walk(node: unknown): Generator<SyntaxNode> {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) yield node;
  for (const child of Object.values(node)) yield* walk(child);
}
