import { loadAlternately, startBareServers, toLoadFigures } from './load.ts';
import { treeMemoryMb } from './processes.ts';
import type { Section } from './report.ts';
import { startGateway } from './services.ts';

/** Compares the gateway with bare node:http and bare Express, which answer as much JSON in the same run. */

const BODY = { status: 'healthy', service: 'bare', version: '1.0.0', model_loaded: false, worker: 'asleep' };

export const gateway: Section = {
  name: 'gateway',
  title: 'Gateway: validation error and /health, beside bare servers; memory under load',
  async measure() {
    const [mine, bare] = [await startGateway(), await startBareServers(BODY)];
    try {
      const idleMb = treeMemoryMb(mine.pid);
      const { health, invalid, ...references } = await loadAlternately({
        http: bare.http,
        express: bare.express,
        health: { pid: mine.pid, url: `${mine.url}/health` },
        invalid: { pid: mine.pid, url: `${mine.url}/generate?prompt=fox&seed=abc`, status: 400 },
      });
      const memoryMb = treeMemoryMb(mine.pid);
      return [
        ...toLoadFigures('/health', health, references),
        ...toLoadFigures('validation error', invalid, references),
        { what: 'memory idle (PSS)', value: idleMb, unit: 'MB' },
        { what: 'memory under load (PSS)', value: memoryMb, unit: 'MB', aim: 'under 110 MB' },
        { what: 'start to healthy', value: mine.startMs, unit: 'ms' },
      ];
    } finally {
      await Promise.all([mine.stop(), bare.stop()]);
    }
  },
};
