import { mkdir, statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { readSettings } from '../../../shared/service/config.ts';
import { readEnvironment } from '../../../shared/service/run-service.ts';
import { systemClock } from '../../../shared/wait.ts';
import defaultModel from './download/default-model.json' with { type: 'json' };
import { downloadFile } from './download/download-file.ts';
import { listModel, type ModelListing } from './download/listing.ts';
import { inspectModelDirectory } from './model/model-directory.ts';
import { settings } from './settings.ts';

/** `npm run sd:get -- DIR [OWNER/NAME[@REVISION]] [--yes]`: shows the licence of an ONNX export, then downloads it. */

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const GB = 1e9;
const USAGE = `Usage: npm run sd:get -- DIR [OWNER/NAME[@REVISION]] [--yes]
  left out: ${defaultModel.repository}@${defaultModel.revision}; --yes: the licence is accepted without a question`;
const REPOSITORY = /^([\w.-]+\/[\w.-]+)(?:@([\w./-]+))?$/;

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));
const { signal } = interrupted;

const { values, positionals } = parseArgs({ options: { yes: { type: 'boolean' } }, allowPositionals: true });
const [directory, wanted = `${defaultModel.repository}@${defaultModel.revision}`] = positionals;
const [, repository, revision = 'main'] = REPOSITORY.exec(wanted) ?? [];
if (directory === undefined || repository === undefined || positionals.length > 2) {
  console.error(USAGE);
  process.exit(EXIT_USAGE);
}

try {
  const { SD_HUB_URL: base } = readSettings(settings, readEnvironment());
  const listing = await listModel({ base, repository, revision, signal });
  const totalBytes = listing.files.reduce((sum, { bytes }) => sum + bytes, 0);
  printListing(listing, totalBytes);
  if (!(await isAccepted())) process.exit(EXIT_FAILED);
  await download(listing, totalBytes, base, resolve(directory));
} catch (error) {
  console.error(
    signal.aborted ? '\nInterrupted. Run the same command again to continue.' : `\n${String((error as Error).message)}`,
  );
  process.exit(EXIT_FAILED);
}

function printListing({ licence, licenceLink, commit, files }: ModelListing, totalBytes: number): void {
  console.log(`${repository} (commit ${commit.slice(0, 12)})`);
  console.log(`  licence  ${licence ?? 'none is named'}: ${licenceLink}`);
  console.log(`  size     ${(totalBytes / GB).toFixed(2)} GB in ${files.length} files, each checked by its hash`);
}

async function isAccepted(): Promise<boolean> {
  if (values.yes === true) return true;
  if (!stdin.isTTY) {
    console.error('Nobody can be asked here: read the licence, and add --yes to accept it.');
    return false;
  }
  const question = createInterface({ input: stdin, output: stdout });
  const answer = await question.question('Download it under this licence? [y/N] ', { signal });
  question.close();
  return /^y(es)?$/i.test(answer.trim());
}

async function download(listing: ModelListing, totalBytes: number, base: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  const { bavail, bsize } = await statfs(target);
  if (bavail * bsize < totalBytes) console.log(`  The disk has ${((bavail * bsize) / GB).toFixed(2)} GB left.`);
  const show = createProgress(totalBytes);
  let doneBytes = 0;
  for (const file of listing.files) {
    const url = `${base}/${listing.repository}/resolve/${listing.commit}/${file.path}`;
    const onBytes = (bytes: number): void => show(doneBytes + bytes, file.path);
    await downloadFile(file, { url, directory: target, clock: systemClock, signal, onBytes });
    doneBytes += file.bytes;
  }
  show(doneBytes, 'done');
  const { problems } = inspectModelDirectory(target);
  if (problems.length > 0) throw new Error(`It is there, but the engine cannot use it:\n  ${problems.join('\n  ')}`);
  console.log(`\nThe engine can use it:\n  ENGINES=stable-diffusion,sketch\n  SD_MODEL_DIR=${target}`);
}

/** A bar on a terminal. Elsewhere a line for each tenth. */
function createProgress(totalBytes: number): (bytes: number, name: string) => void {
  const WIDTH = 30;
  let shown = -1;
  return (bytes, name) => {
    const percent = totalBytes === 0 ? 100 : Math.floor((100 * bytes) / totalBytes);
    const step = stdout.isTTY ? percent : Math.floor(percent / 10);
    if (step === shown) return;
    shown = step;
    const filled = Math.floor((percent * WIDTH) / 100);
    const bar = `${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)} ${String(percent).padStart(3)} % ${name}`;
    stdout.write(stdout.isTTY ? `\r\x1b[K${bar}` : `${bar}\n`);
  };
}
