import { resolve } from 'node:path';
import type { z } from 'zod';
import { type GatewaySettings, gatewaySettings, readGatewaySettings, requireWorkers } from '../../api/config.ts';
import { loadPolicyRules } from '../../api/policy/rules/policy-rules.ts';
import { describeSetting, readSettings, SettingsError } from '../../shared/service/config.ts';
import { systemClock } from '../../shared/wait.ts';
import type { BrowserPages } from '../../worker/browser/pages.ts';
import { configure, type WorkerSettings, workerSettings } from '../../worker/config.ts';
import type { Engine } from '../../worker/engines/engine.ts';
import { engines } from '../../worker/engines/index.ts';
import { stores } from '../../worker/stores/index.ts';
import type { Store } from '../../worker/stores/store.ts';
import { type Finding, fail, pass, warn } from '../check.ts';
import type { Environment, SetUp } from '../set-up.ts';
import type { Surroundings } from '../surroundings.ts';

/** Every setting of both services, by name. */
export const allSettings: z.ZodRawShape = Object.assign(
  {},
  workerSettings,
  gatewaySettings,
  ...[...engines, ...stores].map(({ settings }) => settings),
);

export interface Worker {
  readonly settings: WorkerSettings;
  readonly engines: readonly Engine[];
  readonly stores: readonly Store[];
  /** Whether one of the engines needs the browser. */
  readonly usesBrowser: boolean;
  /** Megabytes that pictures of the disk store may take; 0 without that store. */
  readonly picturesMb: number;
}

/** The settings that could be read. Missing ones had faults, which `findings` holds. */
export interface Configured {
  readonly gateway?: GatewaySettings | undefined;
  readonly worker?: Worker | undefined;
  readonly findings: readonly Finding[];
}

/** Reads the settings of the services on this machine, with the code that the services use. */
export async function configureServices(surroundings: Surroundings): Promise<Configured> {
  const { gateway: forGateway, worker: forWorker } = surroundings.setUp;
  const findings: Finding[] = [];
  const gateway = forGateway && (await collect('gateway', forGateway, findings, () => readGateway(forGateway)));
  const worker =
    forWorker && (await collect('worker', forWorker, findings, async () => readWorker(forWorker, surroundings)));
  return { gateway, worker, findings: [...findings, ...findMisspelt(surroundings.setUp)] };
}

async function collect<T>(
  subject: string,
  environment: Environment,
  findings: Finding[],
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    const settings = await read();
    findings.push(pass('doctor/settings', subject, 'Every setting is accepted.'));
    return settings;
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    findings.push(...error.message.split('\n').map((line) => toFinding(subject, line, environment)));
    return undefined;
  }
}

function toFinding(subject: string, line: string, environment: Environment): Finding {
  const name = /^([A-Z][A-Z0-9_]*):/.exec(line)?.[1];
  const schema = name === undefined ? undefined : allSettings[name];
  if (name === undefined || schema === undefined) return fail('doctor/setting-wrong', subject, { evidence: [line] });
  const { format, fallback } = describeSetting(schema);
  const isMissing = (environment[name] ?? '').trim() === '';
  const message = isMissing ? `${name} is missing.` : `${name} has a value that is not accepted.`;
  const fixes = [
    `${name}=<${format.replace(/; secret$/, '')}>`,
    ...(fallback === undefined ? [] : [`${name}=${fallback}`]),
  ];
  return fail('doctor/setting-wrong', subject, { message, evidence: [line], fixes });
}

async function readGateway(environment: Environment): Promise<GatewaySettings> {
  const settings = readGatewaySettings(environment);
  requireWorkers(settings);
  if (settings.PROMPT_POLICY_FILE !== undefined) await loadPolicyRules(settings.PROMPT_POLICY_FILE);
  return settings;
}

function readWorker(environment: Environment, { log }: Surroundings): Worker {
  let usesBrowser = false;
  const { settings, engines, stores } = configure(environment, ({ DATA_DIR }) => {
    const shared = { clock: systemClock, dataDirectory: resolve(DATA_DIR) };
    const forEngines = {
      ...{ ...shared, log },
      // Only an engine that needs the browser reads this property.
      get pages(): BrowserPages {
        usesBrowser = true;
        return noPages;
      },
    };
    return { forEngines, forStores: shared };
  });
  const { DISK_MAX_MB } = readSettings({ DISK_MAX_MB: gatewaySettings.DISK_MAX_MB }, environment);
  const picturesMb = stores.some(({ name }) => name === 'disk') ? DISK_MAX_MB : 0;
  return { settings, engines, stores, usesBrowser, picturesMb };
}

function refuse(): never {
  throw new Error('the doctor makes no pictures');
}

const noPages: BrowserPages = {
  use: refuse,
  start: refuse,
  status: refuse,
  survive: refuse,
  isHealthy: refuse,
  stop: refuse,
};

/** Variables that Easel reads besides those in the schemas. */
const OTHER_NAMES = ['PERCHANCE_WORKER_URL', 'TRUST_PROXY_HOPS', 'WORKER_PORT', 'EASEL_INSTANCE'];
/** Shorter names resemble too many other variables. */
const MIN_CHARACTERS = 6;
const LONG_CHARACTERS = 12;

/** Reports variables that differ from a setting by one letter, or by two in a long name. */
function findMisspelt({ gateway, worker }: SetUp): readonly Finding[] {
  const known = [...Object.keys(allSettings), ...OTHER_NAMES];
  const given = [...new Set([...Object.keys(gateway ?? {}), ...Object.keys(worker ?? {})])];
  return given.flatMap((name) => {
    if (name.length < MIN_CHARACTERS || known.includes(name)) return [];
    const maxEdits = name.length >= LONG_CHARACTERS ? 2 : 1;
    const meant = known.find((candidate) => candidate.length >= MIN_CHARACTERS && isNear(name, candidate, maxEdits));
    if (meant === undefined) return [];
    const message = `${name} is no setting; ${meant} is one.`;
    return [warn('doctor/setting-unknown', 'settings', { message, fixes: [`${meant}=<the value of ${name}>`] })];
  });
}

/** Whether the Levenshtein distance of the two is at most `maxEdits`. */
function isNear(a: string, b: string, maxEdits: number): boolean {
  if (Math.abs(a.length - b.length) > maxEdits) return false;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const [left = 0, above = 0, corner = 0] = [next[j], row[j + 1], row[j]];
      next.push(Math.min(left + 1, above + 1, corner + Number(letter !== other)));
    }
    row = next;
  }
  return (row.at(-1) ?? 0) <= maxEdits;
}
