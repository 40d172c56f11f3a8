import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join, resolve } from 'node:path';
import { close } from '../../shared/net/http.ts';
import { GUIDE, SettingsError } from '../../shared/service/config.ts';
import { listenAsSet } from '../../shared/service/listen-as-set.ts';
import { StartError } from '../../shared/service/start-error.ts';
import { ask } from '../ask.ts';
import { type Check, type Finding, fail, pass, warn } from '../check.ts';

interface Place {
  readonly subject: 'gateway' | 'worker';
  readonly settings: { readonly PORT: number; readonly HOST: string; readonly DATA_DIR: string };
  /** Megabytes that pictures may take; undefined: the disk store is not in use. */
  readonly picturesMb?: number | undefined;
}

/** Checks the port a service listens on and the directory it keeps its files in. */
export const placeChecks = ({ subject, settings, picturesMb }: Place): readonly Check[] => [
  { subject, title: 'PORT and HOST', run: (signal) => checkPort(subject, settings, signal) },
  { subject, title: 'DATA_DIR', run: () => checkDirectory(subject, resolve(settings.DATA_DIR), picturesMb) },
];

const SERVICE_NAMES = { gateway: 'easel', worker: 'easel-worker' } as const;

/** The address at which the service on this machine answers. */
export const toLocalUrl = ({ PORT, HOST }: Place['settings']): string => {
  const host = HOST === '0.0.0.0' || HOST === '::' ? '127.0.0.1' : HOST;
  return `http://${host.includes(':') ? `[${host}]` : host}:${PORT}`;
};

async function checkPort(
  subject: Place['subject'],
  settings: Place['settings'],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { PORT: port, HOST: host } = settings;
  const server = createServer();
  try {
    await listenAsSet(server, settings);
    await close(server, 0);
    return [pass('doctor/port', subject, `Port ${port} is free: the ${subject} does not run here now.`)];
  } catch (error) {
    if (error instanceof StartError) return [await findListener(subject, settings, signal)];
    if (!(error instanceof SettingsError)) throw error;
    const evidence = [error.message];
    if (error.message.startsWith('PORT')) return [fail('doctor/port-forbidden', subject, { evidence })];
    return [fail('doctor/host-wrong', subject, { message: `HOST=${host} is no address of this machine.`, evidence })];
  }
}

async function findListener(
  subject: Place['subject'],
  settings: Place['settings'],
  signal: AbortSignal,
): Promise<Finding> {
  const { PORT: port } = settings;
  const url = `${toLocalUrl(settings)}/health`;
  const answer = await ask(url, { signal });
  if ('reason' in answer && answer.reason === 'ECONNABORTED') {
    const evidence = [`GET ${url}: no answer in time; it may be the ${subject} itself, on an overloaded machine`];
    return warn('doctor/port-taken', subject, {
      message: `A program listens on port ${port} and does not answer.`,
      evidence,
    });
  }
  const service = 'reason' in answer ? undefined : (answer.json as { service?: unknown } | null | undefined)?.service;
  if (service === SERVICE_NAMES[subject])
    return pass('doctor/port', subject, `The ${subject} listens on port ${port}.`);
  const who = 'reason' in answer ? `it does not speak HTTP (${answer.reason})` : `it answers HTTP ${answer.status}`;
  const other = service === undefined ? who : `it is ${String(service).slice(0, 40)}`;
  const free = port < 60_000 ? port + 100 : port - 100;
  const fixes = [
    `end the program that listens there: sudo ss -ltnp 'sport = :${port}'`,
    `PORT=${free} (${GUIDE}#port)`,
  ];
  return fail('doctor/port-taken', subject, {
    message: `Another program listens on port ${port}.`,
    evidence: [`GET ${url}: ${other}`],
    fixes,
  });
}

const MB = 1024 * 1024;
/** A picture of the largest size needs this much space. */
const FULL_MB = 32;
/** Space for the journal and logs of a service. */
const OWN_MB = 100;
/** Files and folders in DATA_DIR that hold prompts, secrets or pictures. */
const PRIVATE_NAMES = ['jobs.sqlite', 'images', 'kept', 'saved', 'shelf'];
/** Mode bits of the group and of other users. */
const OTHER_USERS = 0o077;

async function checkDirectory(
  subject: string,
  directory: string,
  picturesMb: number | undefined,
): Promise<readonly Finding[]> {
  const place = await findExisting(directory);
  const fault = await findFault(place);
  if (fault !== undefined) {
    const evidence = [`${place}: ${fault}`];
    const fixes = [`sudo mkdir -p ${directory} && sudo chown -R "$USER" ${directory}`, 'DATA_DIR=./data'];
    return [fail('doctor/data-directory-unwritable', subject, { evidence, fixes })];
  }
  const findings = [...(await checkSpace(subject, place, picturesMb)), ...(await checkPrivacy(subject, directory))];
  if (findings.length > 0) return findings;
  const state =
    place === directory ? 'can be written, has space, and is private' : 'will be created at the first start';
  return [pass('doctor/data-directory', subject, `DATA_DIR ${state}.`, [directory])];
}

/** The directory itself, or the nearest existing one above it. */
async function findExisting(directory: string): Promise<string> {
  for (let place = directory; ; place = dirname(place)) {
    if ((await statOf(place)) !== undefined || place === dirname(place)) return place;
  }
}

const statOf = (path: string) =>
  stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });

/** Writes no file, so that a doctor that runs as root leaves none that the service cannot change. */
async function findFault(place: string): Promise<string | undefined> {
  if ((await statOf(place))?.isDirectory() !== true) return 'it is no directory';
  try {
    await access(place, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

async function checkSpace(subject: string, place: string, picturesMb = 0): Promise<readonly Finding[]> {
  const { bavail, bsize } = await statfs(place);
  const freeMb = Math.floor((bavail * bsize) / MB);
  const evidence = [`${place}: ${freeMb} MB free; pictures may take ${picturesMb} MB`];
  if (freeMb < FULL_MB) return [fail('doctor/disk-full', subject, { evidence })];
  if (freeMb >= OWN_MB + picturesMb) return [];
  const fixes = ['free some space', `DISK_MAX_MB=${Math.max(FULL_MB, freeMb - OWN_MB)}`];
  return [warn('doctor/disk-low', subject, { evidence, fixes })];
}

async function checkPrivacy(subject: string, directory: string): Promise<readonly Finding[]> {
  const paths = PRIVATE_NAMES.map((name) => join(directory, name));
  const modes = await Promise.all(paths.map(async (path) => ({ path, mode: (await statOf(path))?.mode ?? 0 })));
  const open = modes.filter(({ mode }) => (mode & OTHER_USERS) !== 0).map(({ path }) => path);
  if (open.length === 0) return [];
  const evidence = open.map((path) => `${path} can be read by others`);
  return [warn('doctor/data-directory-public', subject, { evidence, fixes: [`chmod -R go= ${open.join(' ')}`] })];
}
