import { AppError } from '../../shared/errors.ts';
import type { Probe, ProbeUpstream } from '../../worker/upstream/probe.ts';
import { assertReachable } from '../../worker/upstream/reach.ts';
import { type Check, type Finding, fail, pass, skip, warn } from '../check.ts';
import type { Environment } from '../set-up.ts';
import type { Worker } from './settings.ts';

/** Whether each engine and store is reached, accepts the key, and has quota left. The checks make no picture and cost nothing. */

/** What the checks need to know of an engine or a store. */
interface Upstream {
  readonly kind: 'engine' | 'store';
  readonly name: string;
  /** Missing: it calls no service, or no fixed one. */
  readonly url?: string | undefined;
  readonly probe?: ProbeUpstream | undefined;
  /** Names of its settings, from which the cure is made. */
  readonly settings: readonly string[];
  /** Whether the environment names a proxy for outgoing calls. */
  readonly hasProxy: boolean;
  /** The line `ENGINES=…` or `STORES=…` without this one. Undefined when it is the only one. */
  readonly without?: string | undefined;
  /** Set when it serves only callers who send a token of their own: a sentence that says so. */
  readonly needsToken?: string | undefined;
}

const CONNECT_MS = 4000;
const TIMEOUT_MS = 30_000;

const PROXY_NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'];

export interface UpstreamOptions {
  readonly worker: Worker;
  /** Names of the settings of each plug-in, by its name. */
  readonly settingsOf: (name: string) => readonly string[];
  readonly now: () => number;
  /** The worker's environment. */
  readonly environment: Environment;
}

export function upstreamChecks({ worker, settingsOf, now, environment }: UpstreamOptions): readonly Check[] {
  const hasProxy = PROXY_NAMES.some((name) => (environment[name] ?? environment[name.toLowerCase()] ?? '') !== '');
  const engines = worker.engines.map(
    (engine): Upstream => ({
      ...{ kind: 'engine', name: engine.name, url: engine.serviceUrl, probe: engine.probe },
      ...{ settings: settingsOf(engine.name), needsToken: engine.needsToken },
      ...{ without: toWithout('ENGINES', worker.engines, engine.name), hasProxy },
    }),
  );
  const stores = worker.stores.map(
    (store): Upstream => ({
      ...{ kind: 'store', name: store.name, url: store.hostUrl, probe: store.probe },
      settings: settingsOf(store.name),
      ...{ without: toWithout('STORES', worker.stores, store.name), hasProxy },
    }),
  );
  return [
    toCheck('the engines', engines, now, (usable) => judgeEngines(usable, worker.engines)),
    toCheck('the stores', stores, now, (usable) => judgeStores(usable, worker)),
  ];
}

function toWithout(variable: string, all: readonly { readonly name: string }[], name: string): string | undefined {
  const others = all.filter((other) => other.name !== name).map((other) => other.name);
  return others.length === 0 ? undefined : `${variable}=${others.join(',')}`;
}

/** One check for all engines, and one for all stores, because only together they show whether at least one works. */
function toCheck(
  title: string,
  upstreams: readonly Upstream[],
  now: () => number,
  judge: (usable: readonly string[]) => readonly Finding[],
): Check {
  return {
    ...{ subject: 'worker', title, timeoutMs: TIMEOUT_MS + CONNECT_MS },
    run: async (signal) => {
      const found = await Promise.all(upstreams.map((upstream) => examine(upstream, now(), signal)));
      const usable = upstreams.filter((_, index) => found[index]?.every(isUsable)).map(({ name }) => name);
      return [...found.flat(), ...judge(usable)];
    },
  };
}

/** Findings with these codes still let the engine work today. */
const USABLE_CODES: ReadonlySet<string> = new Set(['doctor/engine-model-ends', 'doctor/engine-model-gone']);
const isUsable = ({ status, code }: Finding): boolean =>
  status === 'pass' || status === 'skipped' || (status === 'warn' && USABLE_CODES.has(code));

function judgeEngines(usable: readonly string[], engines: Worker['engines']): readonly Finding[] {
  if (usable.length === 0) return [fail('doctor/no-engine', 'worker')];
  const models = engines.filter(({ isProgrammed }) => isProgrammed !== true).map(({ name }) => name);
  // An operator who enables no engine with a model wants drawings only.
  if (models.length === 0 || models.some((name) => usable.includes(name))) return [];
  return [warn('doctor/engine-drawn-only', 'worker', { evidence: [`left: ${usable.join(', ')}`] })];
}

function judgeStores(usable: readonly string[], { settings, stores }: Worker): readonly Finding[] {
  if (usable.length === 0) return [fail('doctor/no-store', 'worker')];
  const isLocal = stores.every(({ hostUrl }) => hostUrl === undefined);
  return isLocal && settings.REDIS_URL !== undefined ? [warn('doctor/store-unshared', 'worker')] : [];
}

async function examine(upstream: Upstream, now: number, signal: AbortSignal): Promise<readonly Finding[]> {
  const { kind, name, url, probe, needsToken } = upstream;
  const subject = `${kind} ${name}`;
  const topic = `doctor/${kind}` as const;
  if (url === undefined && probe === undefined) return [pass(topic, subject, 'It needs nothing outside this machine.')];
  try {
    if (url !== undefined) await assertReachable(url, { timeoutMs: CONNECT_MS, signal });
    if (probe !== undefined) return toFindings(upstream, await probe({ signal: limit(signal) }), now);
  } catch (error) {
    signal.throwIfAborted();
    return [toFailure(upstream, error)];
  }
  const reason = needsToken ?? 'It is reached. Only a paid call would show whether it accepts the key.';
  return [skip(topic, subject, reason)];
}

const limit = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);

/** With these codes the service did answer. Engines report `engine_failed` when it does not. */
const ODD_CODES: ReadonlySet<string> = new Set(['engine_changed', 'store_failed', 'internal']);

const PROXY_UNUSED = 'HTTP_PROXY or HTTPS_PROXY is set: Chromium uses it, but calls to services do not';

function toFailure({ kind, name, url, settings, without, hasProxy }: Upstream, error: unknown): Finding {
  const subject = `${kind} ${name}`;
  const evidence = [error instanceof Error ? error.message : String(error)];
  const code = error instanceof AppError ? error.code : 'internal';
  if (code === 'engine_unauthorized') {
    return fail(`doctor/${kind}-unauthorized`, subject, { evidence, fixes: toLines(settings, SECRETS) });
  }
  const other = without === undefined ? [] : [without];
  if (ODD_CODES.has(code)) {
    const fixes = ['wait, and run the doctor again', ...toLines(settings, ADDRESSES), ...other];
    return warn(`doctor/${kind}-odd`, subject, { evidence, fixes });
  }
  const host = url === undefined ? 'its host' : new URL(url).host;
  const fixes = [`let this machine reach ${host} (name server, firewall, proxy)`, ...other];
  const evidenceWithProxy = hasProxy ? [...evidence, PROXY_UNUSED] : evidence;
  return warn(`doctor/${kind}-unreachable`, subject, { evidence: evidenceWithProxy, fixes });
}

function toFindings({ kind, name, settings }: Upstream, probe: Probe, now: number): readonly Finding[] {
  const subject = `${kind} ${name}`;
  const notes = probe.notes ?? [];
  if (probe.authorized === 'no') {
    return [fail(`doctor/${kind}-unauthorized`, subject, { evidence: notes, fixes: toLines(settings, SECRETS) })];
  }
  const findings = [...toModelFindings(subject, settings, probe, now), ...toQuotaFindings(kind, subject, probe)];
  if (findings.length > 0) return findings;
  const isAccepted = probe.authorized === 'yes';
  const message = isAccepted ? 'It is reached and accepts the key.' : 'It is reached.';
  return [pass(`doctor/${kind}`, subject, message, [...notes, ...describeQuota(probe)])];
}

const DAY_MS = 86_400_000;
const WARN_DAYS = 90;

function toModelFindings(subject: string, settings: readonly string[], { model }: Probe, now: number): Finding[] {
  if (model === undefined) return [];
  const fixes = toLines(settings, /MODEL|SPACES/);
  const { name, state, endsOn } = model;
  const daysLeft = endsOn === undefined ? Number.POSITIVE_INFINITY : Math.ceil((Date.parse(endsOn) - now) / DAY_MS);
  if (state === 'gone') {
    return [fail('doctor/engine-model-gone', subject, { evidence: [`the service has no model ${name}`], fixes })];
  }
  if (daysLeft <= 0) {
    return [fail('doctor/engine-model-gone', subject, { evidence: [`${name} was shut down on ${endsOn}`], fixes })];
  }
  if (state === 'unlisted') {
    return [warn('doctor/engine-model-gone', subject, { evidence: [`${name} is not in the service’s list`], fixes })];
  }
  if (daysLeft >= WARN_DAYS) return [];
  const evidence = [`${name} is shut down on ${endsOn}, in ${daysLeft} days`];
  return [warn('doctor/engine-model-ends', subject, { evidence, fixes })];
}

function toQuotaFindings(kind: Upstream['kind'], subject: string, probe: Probe): Finding[] {
  if (probe.quota === undefined || probe.quota.left > 0) return [];
  return [warn(`doctor/${kind}-quota-spent`, subject, { evidence: describeQuota(probe) })];
}

function describeQuota({ quota }: Probe): string[] {
  if (quota === undefined) return [];
  const resets = quota.resetsAt === undefined ? '' : `; it comes back at ${new Date(quota.resetsAt).toISOString()}`;
  return [`${Math.max(0, quota.left)} ${quota.unit} left${resets}`];
}

const SECRETS = /KEY|TOKEN|AUTH|CLIENT_ID|ACCOUNT|PRESET|BUCKET/;

const ADDRESSES = /URL$|ENDPOINT|SPACES/;

/** The settings with a `wanted` name, as lines to fill in. */
const toLines = (settings: readonly string[], wanted: RegExp): string[] =>
  settings.filter((name) => wanted.test(name)).map((name) => `${name}=<a valid one>`);
