import { constants, setPriority } from 'node:os';
import { makeSessionNice } from '../bench/processes.ts';
import { ATTACKS } from './attacks.ts';
import { startHostileServices } from './hostile-services.ts';

/**
 * All attackers in their own process at the lowest priority, because they use the same processors as the services. Sends
 * the worker's settings for its hostile services, waits for the gateway's address, attacks, and sends its processor time.
 */

export interface AttackOrder {
  readonly url: string;
  readonly seconds: number;
  /** Beginnings of names of attacks. Empty: all attacks. */
  readonly names: readonly string[];
}

export interface AttackMessage {
  readonly environment?: Readonly<Record<string, string>>;
  /** Processor time of the attack. */
  readonly processorMs?: number;
}

const send = (message: AttackMessage): void => void process.send?.(message);

setPriority(0, constants.priority.PRIORITY_LOW);
makeSessionNice(constants.priority.PRIORITY_LOW);
const services = await startHostileServices();
send({ environment: services.environment });
process.on('disconnect', () => process.exit());
process.once('message', async ({ url, seconds, names }: AttackOrder) => {
  const attacks = ATTACKS.filter(({ name }) => names.length === 0 || names.some((word) => name.startsWith(word)));
  const callers = attacks.flatMap((one) => Array.from({ length: one.callers }, () => one));
  const signal = AbortSignal.timeout(seconds * 1000);
  const before = process.cpuUsage();
  await Promise.all(callers.map((one, index) => one.run({ url, address: `203.0.113.${index + 1}` }, signal)));
  const { user, system } = process.cpuUsage(before);
  send({ processorMs: (user + system) / 1000 });
});
