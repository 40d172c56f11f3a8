import { parseSync } from 'oxc-parser';
import { readSource } from './source-files.ts';

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value;

/** Functions of a file, as `file:line`, that have more than `maxLines` lines without those of the functions inside them. */
export function longFunctions(file: string, maxLines: number): string[] {
  const source = readSource(file);
  const countLines = (start: number, end: number): number => source.slice(start, end).split('\n').length;
  const found: string[] = [];

  /** Returns the lines of the outermost functions in this node. */
  function visit(value: unknown): number {
    if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + visit(item), 0);
    if (!isNode(value)) return 0;
    const inside = visit(Object.values(value).filter((child) => typeof child === 'object'));
    if (!/Function/.test(value.type) || value.type.startsWith('TS')) return inside;
    const lines = countLines(value.start, value.end);
    if (lines - inside > maxLines) found.push(`${file}:${countLines(0, value.start)} (${lines - inside} lines)`);
    return lines;
  }

  visit(parseSync(file, source).program.body);
  return found;
}
