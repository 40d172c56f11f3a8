/**
 * Import this before anything else: it ends the process with a sentence if Node is too old for the other imports.
 */

/** By major version, the first minor that has `node:sqlite` without a flag; https://nodejs.org/api/sqlite.html */
const FIRST_MINOR: Readonly<Record<number, number>> = { 22: 13, 23: 4 };
/** EX_CONFIG of sysexits.h: a restart would end the same way. */
const EXIT_CONFIG = 78;

/** The sentence for an operator, or undefined for a Node that is new enough. */
export function toNodeFault(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 23 || minor >= (FIRST_MINOR[major] ?? Number.POSITIVE_INFINITY)) return undefined;
  return `Easel needs Node 24, or 22.13 and newer, which have node:sqlite; this is Node ${version}.`;
}

const fault = toNodeFault(process.versions.node);
if (fault !== undefined) {
  console.error(fault);
  process.exit(EXIT_CONFIG);
}
