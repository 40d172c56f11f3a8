import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { EXIT } from '../failure.ts';
import type { Surroundings } from '../surroundings.ts';
import { addSettings } from './environment.ts';

/** Runs the doctor on the services that `easel serve` would start. Resolves with the doctor's exit code. */
export async function doctor(args: readonly string[], { env }: Surroundings): Promise<number> {
  const environment = { ...env };
  addSettings(environment);
  const ending = import.meta.url.endsWith('.js') ? 'js' : 'ts';
  const program = fileURLToPath(new URL(`../../doctor/main.${ending}`, import.meta.url));
  const child = spawn(process.execPath, [program, ...args], { env: environment, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return code ?? EXIT.interrupted;
}
