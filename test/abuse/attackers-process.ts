import { constants, setPriority } from 'node:os';
import { ATTACKS } from './attacks.ts';
import { startHostileServices } from './hostile-services.ts';

/**
 * All attackers in a process of their own at the lowest priority, because on one machine what they compute is taken from
 * the services. Tells the settings of the worker that lead to its hostile services, waits for the gateway's address,
 * attacks, and tells how it went.
 */

export interface AttackOrder {
  readonly url: string;
  readonly seconds: number;
  /** Beginnings of names of attacks; none: all of them. */
  readonly names: readonly string[];
}

export interface AttackNews {
  readonly environment?: Readonly<Record<string, string>>;
  /** Processor time of the attack. */
  readonly processorMs?: number;
}

const tell = (news: AttackNews): void => void process.send?.(news);

setPriority(0, constants.priority.PRIORITY_LOW);
const services = await startHostileServices();
tell({ environment: services.environment });
process.on('disconnect', () => process.exit());
process.once('message', async ({ url, seconds, names }: AttackOrder) => {
  const attacks = ATTACKS.filter(({ name }) => names.length === 0 || names.some((word) => name.startsWith(word)));
  const callers = attacks.flatMap((one) => Array.from({ length: one.callers }, () => one));
  const signal = AbortSignal.timeout(seconds * 1000);
  const before = process.cpuUsage();
  await Promise.all(callers.map((one, index) => one.run({ url, address: `203.0.113.${index + 1}` }, signal)));
  const { user, system } = process.cpuUsage(before);
  tell({ processorMs: (user + system) / 1000 });
});
