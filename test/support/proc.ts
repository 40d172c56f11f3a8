import { readdirSync, readFileSync } from 'node:fs';

/** Reads Linux's `/proc`. Texts of a process that has ended are empty. */

export function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code))) return '';
    throw error;
  }
}

/** The fields of `stat` after the name, which may contain spaces: state, parent, group, session, ... */
export function statOf(pid: number): readonly string[] {
  const stat = readProc(pid, 'stat');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

export const pids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

export const commandOf = (pid: number): string => readProc(pid, 'cmdline');

export const childrenOf = (pid: number): number[] =>
  readProc(pid, `task/${pid}/children`).split(' ').filter(Boolean).map(Number);

export const parentOf = (pid: number): number => Number(statOf(pid)[1] ?? 0);
export const groupOf = (pid: number): number => Number(statOf(pid)[2] ?? 0);

export function descriptorsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`);
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code))) return [];
    throw error;
  }
}
