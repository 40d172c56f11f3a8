import { completion } from './completion.ts';
import { EXIT, Failure } from './failure.ts';
import { HELP } from './help.ts';
import { Interrupted, interruptible } from './interrupt.ts';
import { COMMANDS, type CommandName, parse } from './options.ts';
import type { Session } from './session.ts';
import type { Surroundings } from './surroundings.ts';
import { readVersion } from './version.ts';

/** Runs one command line and resolves with the exit code. */
export async function main(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    return await run(argv, surroundings);
  } catch (error) {
    if (error instanceof Interrupted) return EXIT.interrupted;
    if (!(error instanceof Failure)) throw error;
    surroundings.stderr.write(`easel: ${error.message}\n`);
    return error.exitCode;
  }
}

async function run(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { env, stdout, stderr } = surroundings;
  const [first = '', ...rest] = argv;
  const command = Object.hasOwn(COMMANDS, first) ? (first as CommandName) : undefined;
  // These two have options of their own. Imports are dynamic so that a command loads only what it needs.
  if (command === 'serve') return (await import('./local/serve.ts')).serve(rest, surroundings);
  if (command === 'doctor') return (await import('./local/doctor.ts')).doctor(rest, surroundings);
  const { values, words } = parse(command === undefined ? argv : rest);
  if (values.version === true) return say(`${readVersion()}\n`);
  if (values.help === true) return say(HELP);
  if (command === 'completion') return say(completion(words));
  if (argv.length === 0) {
    stderr.write(HELP);
    return EXIT.usage;
  }
  const action = await loadAction(command);
  const { createSession } = await import('./session.ts');
  return interruptible((interrupt) => action(words, createSession(values, interrupt, { ...surroundings, env })));

  function say(text: string): number {
    stdout.write(text);
    return EXIT.ok;
  }
}

type Action = (words: readonly string[], session: Session) => Promise<number>;

async function loadAction(
  command: Exclude<CommandName, 'serve' | 'doctor' | 'completion'> | undefined,
): Promise<Action> {
  if (command === undefined) return (await import('./generate.ts')).generate;
  return (await import('./job-commands.ts'))[command];
}
