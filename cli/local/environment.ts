import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { config } from 'dotenv';

/** The settings of services that one person runs on one machine. */

/** Adds those of `.env` in this folder, and what `easel serve` wants where nothing is set. Variables that are set win. */
export function addSettings(environment: NodeJS.ProcessEnv): void {
  config({ path: resolve('.env'), quiet: true, processEnv: environment as Record<string, string> });
  // A clone is somebody's server. This is somebody's laptop, where nobody else is meant to ask.
  environment.HOST ||= '127.0.0.1';
  environment.DATA_DIR = resolve(environment.DATA_DIR || toHome(environment));
}

/** Where each system wants a program's data (XDG Base Directory Specification; Apple's and Microsoft's own rules). */
function toHome({ XDG_DATA_HOME, LOCALAPPDATA }: NodeJS.ProcessEnv): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'easel');
  if (process.platform === 'win32') return join(LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'easel');
  return join(XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'easel');
}
