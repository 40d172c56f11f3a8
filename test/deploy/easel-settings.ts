import { gatewaySettings, readGatewaySettings } from '../../api/config.ts';
import { readSettings } from '../../shared/service/config.ts';
import { workerSettings } from '../../worker/config.ts';
import { engines } from '../../worker/engines/index.ts';
import { stores } from '../../worker/stores/index.ts';

/** The variables that each service reads, to check files that set them. */

export const SERVICES = ['gateway', 'worker'] as const;
export type ServiceName = (typeof SERVICES)[number];

const workerParts = [workerSettings, ...[...engines, ...stores].map((plugIn) => plugIn.settings)];

/** Variables that Node, glibc or the image reads. */
const FOREIGN = ['NODE_ENV', 'NODE_VERSION', 'MALLOC_ARENA_MAX', 'MALLOC_MMAP_THRESHOLD_', 'HOME', 'PATH'];

const KNOWN: Readonly<Record<ServiceName, ReadonlySet<string>>> = {
  gateway: new Set([...Object.keys(gatewaySettings), ...FOREIGN]),
  worker: new Set([...workerParts.flatMap((part) => Object.keys(part)), ...FOREIGN]),
};

export const unknownTo = (service: ServiceName, names: readonly string[]): string[] =>
  names.filter((name) => !KNOWN[service].has(name));

/** Throws a SettingsError that lists every value that the service would refuse. */
export function readAsService(service: ServiceName, environment: Readonly<Record<string, string>>): void {
  if (service === 'gateway') readGatewaySettings(environment);
  else for (const part of workerParts) readSettings(part, environment);
}
