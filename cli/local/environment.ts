import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { config } from 'dotenv';

/**
 * Adds the settings of `.env` in this folder, and the defaults of services that one person runs on one machine.
 * Variables that are set win.
 */
export function addSettings(environment: NodeJS.ProcessEnv): void {
  config({ path: resolve('.env'), quiet: true, processEnv: environment as Record<string, string> });
  // `easel serve` runs on a person's own computer, so other machines must not reach it by default.
  environment.HOST ||= '127.0.0.1';
  environment.DATA_DIR = resolve(environment.DATA_DIR || toHome(environment));
}

/** The folder for a program's data by the rules of each system (Linux: XDG Base Directory Specification). */
function toHome({ XDG_DATA_HOME, LOCALAPPDATA }: NodeJS.ProcessEnv): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'easel');
  if (process.platform === 'win32') return join(LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'easel');
  return join(XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'easel');
}
