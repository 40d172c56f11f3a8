import { engines } from '../worker/engines/index.ts';
import { stores } from '../worker/stores/index.ts';
import type { Check } from './check.ts';
import { chromiumChecks } from './checks/chromium.ts';
import { machineChecks } from './checks/machine.ts';
import { memoryChecks } from './checks/memory.ts';
import { placeChecks } from './checks/places.ts';
import { publicUrlChecks } from './checks/public-url.ts';
import { redisChecks } from './checks/redis.ts';
import { type Configured, configureServices } from './checks/settings.ts';
import { timeoutChecks } from './checks/timeouts.ts';
import { upstreamChecks } from './checks/upstreams.ts';
import { workerLinkChecks } from './checks/workers.ts';
import { type Result, runChecks } from './run-checks.ts';
import type { Surroundings } from './surroundings.ts';

/** Reads the settings, then runs every check for which the settings are known. */
export async function examine(surroundings: Surroundings, signal: AbortSignal): Promise<readonly Result[]> {
  let configured: Configured = { findings: [] };
  const settings: Check = {
    subject: 'settings',
    title: 'the settings',
    run: async () => {
      configured = await configureServices(surroundings);
      return configured.findings;
    },
  };
  const first = await runChecks([settings, ...machineChecks(surroundings)], signal);
  return [...first, ...(await runChecks(toChecks(configured, surroundings), signal))];
}

/** A service whose settings have faults is left out. The findings of its settings say why. */
function toChecks({ gateway, worker }: Configured, surroundings: Surroundings): readonly Check[] {
  const { now } = surroundings;
  const redisUrl = gateway?.REDIS_URL ?? worker?.settings.REDIS_URL;
  return [
    ...(gateway === undefined
      ? []
      : placeChecks({ subject: 'gateway', settings: gateway, picturesMb: gateway.DISK_MAX_MB })),
    ...(worker === undefined
      ? []
      : placeChecks({ subject: 'worker', settings: worker.settings, picturesMb: worker.picturesMb })),
    ...(worker === undefined ? [] : memoryChecks(worker, surroundings)),
    ...(worker === undefined ? [] : chromiumChecks(worker, surroundings)),
    ...(worker === undefined
      ? []
      : upstreamChecks({ worker, settingsOf, now, environment: surroundings.setUp.worker ?? {} })),
    ...(gateway === undefined ? [] : workerLinkChecks(gateway, surroundings)),
    ...(gateway === undefined ? [] : timeoutChecks(gateway, worker)),
    ...(gateway === undefined ? [] : publicUrlChecks(gateway)),
    ...(redisUrl === undefined ? [] : redisChecks(redisUrl, now)),
  ];
}

const settingsOf = (name: string): readonly string[] =>
  [...engines, ...stores].filter((plugIn) => plugIn.name === name).flatMap(({ settings }) => Object.keys(settings));
