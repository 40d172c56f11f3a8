import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { createLog } from '../../shared/service/log.ts';
import type { Chromium } from '../../worker/browser/process/chromium.ts';
import { type Check, type Finding, fail, pass, skip, warn } from '../check.ts';
import type { Surroundings } from '../surroundings.ts';
import { findMissingScripts, isPainted } from './painting.ts';
import type { Worker } from './settings.ts';

const SUBJECT = 'worker';
/** Long, because the first start reads 200 MB, perhaps from a slow disk. */
const TIMEOUT_MS = 60_000;
const MB = 1024 * 1024;
/** Space for profile, cache and shared memory of one browser. */
const TEMPORARY_MB = 64;

/** Starts the worker's browser, paints in a page, looks for fonts, and closes the browser again. */
export const chromiumChecks = (worker: Worker, surroundings: Surroundings): readonly Check[] => [
  {
    subject: SUBJECT,
    title: 'Chromium',
    timeoutMs: TIMEOUT_MS,
    run: async (signal) => {
      if (!worker.usesBrowser) return [skip('doctor/chromium', SUBJECT, 'No enabled engine needs a browser.')];
      const fault = await findTemporaryFault(surroundings.temporaryDirectory);
      if (fault !== undefined) return [fail('doctor/temporary-directory', SUBJECT, { evidence: [fault] })];
      return tryChromium(worker, surroundings, signal);
    },
  },
];

/** Playwright's flags put shared memory into this directory, because /dev/shm has only 64 MB in containers. */
async function findTemporaryFault(directory: string): Promise<string | undefined> {
  try {
    await access(directory, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(directory);
    const freeMb = Math.floor((bavail * bsize) / MB);
    return freeMb < TEMPORARY_MB ? `${directory}: ${freeMb} MB free, ${TEMPORARY_MB} MB are needed` : undefined;
  } catch (error) {
    return `${directory}: ${String((error as NodeJS.ErrnoException).code)}`;
  }
}

async function tryChromium(
  { settings }: Worker,
  { setUp, launch, temporaryDirectory }: Surroundings,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const logLines: string[] = [];
  const log = createLog({ service: 'doctor', level: 'warn', destination: { write: (line) => logLines.push(line) } });
  const options = {
    ...{ executablePath: settings.CHROMIUM_PATH, environment: setUp.worker, log },
    temporaryDirectory,
  };
  let chromium: Chromium;
  try {
    chromium = await launch(options, signal);
  } catch (error) {
    signal.throwIfAborted();
    return [toLaunchFinding(error instanceof Error ? error.message : String(error), settings.CHROMIUM_PATH)];
  }
  try {
    const { browser, ownContext } = chromium;
    const page = await chromium.beforeClose(() => ownContext.newPage());
    return [...(await checkPage(page, browser.version())), ...checkSandbox(logLines)];
  } finally {
    await chromium.close();
  }
}

/** Lines of Playwright's message that name a cause. The other lines are the command line with every flag. */
const INFORMATIVE = /error|fatal|cannot|not found|no such|denied|failed|libr/i;
const MAX_LINES = 4;

function toLaunchFinding(message: string, configured: string | undefined): Finding {
  const lines = message.split('\n').map((line) => line.trim().slice(0, 300));
  const informative = lines.filter((line) => INFORMATIVE.test(line) && !line.includes('--disable-'));
  const evidence = (informative.length > 0 ? informative : lines).slice(0, MAX_LINES);
  const isMissing = message.startsWith('no Chromium');
  if (!isMissing) return fail('doctor/chromium-fails', SUBJECT, { evidence });
  if (configured === undefined) return fail('doctor/chromium-missing', SUBJECT, { evidence });
  const sentence = `CHROMIUM_PATH names ${configured}, but no program is there.`;
  const fixes = ['CHROMIUM_PATH= (unset: Easel looks for one)', 'CHROMIUM_PATH=/path/to/chromium'];
  return fail('doctor/chromium-missing', SUBJECT, { message: sentence, evidence, fixes });
}

async function checkPage(page: Page, version: string): Promise<readonly Finding[]> {
  if (!(await isPainted(page))) return [fail('doctor/chromium-blank', SUBJECT, { evidence: [`Chromium ${version}`] })];
  const started = pass('doctor/chromium', SUBJECT, `Chromium ${version} starts and paints.`);
  const missing = await findMissingScripts(page);
  if (missing === 'all') return [started, fail('doctor/fonts-missing', SUBJECT)];
  if (missing.length === 0) return [started, pass('doctor/fonts', SUBJECT, 'Every script that was tried has a font.')];
  const evidence = missing.map(({ name }) => `no font for ${name}`);
  const packages = [...new Set(missing.map((script) => script.package))];
  const fixes = [`sudo apt-get install ${packages.join(' ')}`];
  return [started, warn('doctor/fonts-scripts', SUBJECT, { evidence, fixes })];
}

/** The launch logs a warning when it had to start without the sandbox. */
function checkSandbox(logLines: readonly string[]): readonly Finding[] {
  const line = logLines.find((text) => text.includes('sandbox'));
  if (line === undefined) return [];
  const { msg, reason } = JSON.parse(line) as { msg: string; reason?: string };
  return [warn('doctor/chromium-sandbox', SUBJECT, { evidence: [msg, ...(reason === undefined ? [] : [reason])] })];
}
