import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT, Failure } from '../failure.ts';
import { toOptionLines } from '../help.ts';
import { type OptionInfo, parse } from '../options.ts';
import type { Surroundings } from '../surroundings.ts';
import { addSettings } from './environment.ts';

const OPTIONS = {
  data: {
    value: 'FOLDER',
    isFile: true,
    help: 'Where pictures and jobs are kept. Default: DATA_DIR, else in your home.',
  },
  port: { value: 'N', help: 'Default: PORT, else 10000, else any free one.' },
  host: { value: 'ADDRESS', help: 'Address to listen on. Default: HOST, else 127.0.0.1: this machine alone.' },
  help: { short: 'h', help: 'This text.' },
} as const satisfies Readonly<Record<string, OptionInfo>>;

const HELP = `easel serve: starts gateway and worker in this terminal, with the settings of the environment and of .env
in this folder. Ctrl-C stops both.

${toOptionLines(OPTIONS)}
`;

/** Starts both services from built files, as `npm start` does in a clone. Resolves with the exit code. */
export async function serve(args: readonly string[], { stdout }: Surroundings): Promise<number> {
  const { values, words } = parse(args, OPTIONS);
  if (values.help === true) {
    stdout.write(HELP);
    return EXIT.ok;
  }
  if (words.length > 0)
    throw new Failure(EXIT.usage, 'easel serve takes options only. For a prompt: easel -- "serve …"');
  const [{ ensureChromium, environment }, { runBoth, takePlaces }] = await Promise.all([
    import('../../scripts/toolchain.mjs'),
    import('../../scripts/run-both.mjs'),
  ]);
  addSettings(environment);
  if (values.port !== undefined) environment.PORT = String(values.port);
  if (values.host !== undefined) environment.HOST = String(values.host);
  const dataDirectory = resolve(String(values.data ?? environment.DATA_DIR));
  environment.DATA_DIR = dataDirectory;
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const places = await takePlaces({ takesAny: true });
  await ensureChromium('easel serve');
  return runBoth(places, {
    packageFolder: fileURLToPath(new URL(import.meta.url.endsWith('.js') ? '../../..' : '../..', import.meta.url)),
    cwd: process.cwd(),
    describe: (address) =>
      `  easel --url ${address} "a red fox" -o fox.png\n\nPictures and jobs are kept in ${dataDirectory}.`,
  });
}
