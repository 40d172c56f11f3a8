import autocannon from 'autocannon';
import { processorTimeMs, type Server, startServer } from './processes.ts';
import type { Figure } from './report.ts';

/** Requests per second of several servers that are measured alternately. */

const CONNECTIONS = 32;
const SECONDS = 3;
const ROUNDS = 3;

export interface Load {
  readonly perSecond: number;
  readonly p99Ms: number;
  /** Processor time for one answer, which depends little on other programs of the machine. */
  readonly processorUs: number;
}

async function load({ url, status: expectedStatus = 200, pid }: Target): Promise<Load> {
  const processorBeforeMs = processorTimeMs(pid);
  const result = await autocannon({ url, connections: CONNECTIONS, duration: SECONDS });
  const { requests, latency, statusCodeStats = {}, errors } = result;
  const statuses = Object.keys(statusCodeStats);
  if (errors > 0 || statuses.some((status) => status !== String(expectedStatus))) {
    throw new Error(`${url} answered ${statuses.join(', ')} and broke off ${errors} times`);
  }
  const processorMs = processorTimeMs(pid) - processorBeforeMs;
  return { perSecond: requests.average, p99Ms: latency.p99, processorUs: (processorMs / requests.total) * 1000 };
}

export interface Target {
  readonly pid: number;
  readonly url: string;
  readonly status?: number;
}

/** The best round of each target, since noise only makes a server slower. The targets alternate. */
export async function loadAlternately<Name extends string>(
  targets: Readonly<Record<Name, Target>>,
): Promise<Record<Name, Load>> {
  const entries = Object.entries<Target>(targets);
  const best: Record<string, Load> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, target] of entries) {
      const result = await load(target);
      if (result.perSecond > (best[name]?.perSecond ?? 0)) best[name] = result;
    }
  }
  return best as Record<Name, Load>;
}

interface BareServers {
  readonly express: Server;
  readonly http: Server;
  stop(): Promise<void>;
}

/** Two minimal servers that answer this JSON: Express and node:http. Both stringify it for each request. */
export async function startBareServers(body: unknown): Promise<BareServers> {
  const json = JSON.stringify(body);
  const express = await startServer([
    '--eval',
    `const app = require('express')(); app.get('/{*path}', (q, r) => r.json(${json})); app.listen(process.env.PORT, '127.0.0.1')`,
  ]);
  const http = await startServer([
    '--eval',
    `require('node:http').createServer((q, r) => { r.setHeader('Content-Type', 'application/json'); r.end(JSON.stringify(${json})); }).listen(process.env.PORT, '127.0.0.1')`,
  ]);
  return { express, http, stop: async () => void (await Promise.all([express.stop(), http.stop()])) };
}

export function toLoadFigures(name: string, mine: Load, bare: Readonly<Record<'express' | 'http', Load>>): Figure[] {
  const perSecond = { what: `${name}, per second`, value: mine.perSecond, unit: '/s' };
  return [
    { ...perSecond, reference: { what: 'bare Express', value: bare.express.perSecond } },
    { ...perSecond, reference: { what: 'bare node:http', value: bare.http.perSecond } },
    {
      what: `${name}, processor time`,
      value: mine.processorUs,
      unit: 'us',
      reference: { what: 'bare Express', value: bare.express.processorUs },
    },
    {
      what: `${name}, p99`,
      value: mine.p99Ms,
      unit: 'ms',
      // autocannon rounds to whole milliseconds, so 0 would make the ratio infinite.
      reference: { what: 'bare Express', value: Math.max(bare.express.p99Ms, 1) },
    },
  ];
}
