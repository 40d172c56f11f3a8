import type { GatewaySettings } from '../../api/config.ts';
import { type Check, type Finding, pass, warn } from '../check.ts';
import type { Worker } from './settings.ts';

/** Render and Cloudflare cut a connection that is silent for longer. */
const PROXY_PATIENCE_MS = 100_000;

/** Whether the time limits of both services fit each other. */
export const timeoutChecks = (gateway: GatewaySettings, worker: Worker | undefined): readonly Check[] => [
  { subject: 'gateway', title: 'the waits', run: () => judge(gateway, worker) },
];

function judge(
  { WAIT_BUDGET_MS: waitMs, PUBLIC_URL }: GatewaySettings,
  worker: Worker | undefined,
): readonly Finding[] {
  const findings: Finding[] = [];
  if (waitMs >= PROXY_PATIENCE_MS && PUBLIC_URL !== undefined) {
    findings.push(warn('doctor/wait-budget-long', 'gateway', { evidence: [`WAIT_BUDGET_MS is ${waitMs}`] }));
  }
  const fallbackMs = worker?.settings.FALLBACK_WITHIN_MS;
  const isLate = fallbackMs !== undefined && fallbackMs >= waitMs && (worker?.engines.length ?? 0) > 1;
  if (isLate && waitMs > 0) {
    const evidence = [`FALLBACK_WITHIN_MS is ${fallbackMs}, WAIT_BUDGET_MS is ${waitMs}`];
    const fixes = [`FALLBACK_WITHIN_MS=${Math.max(1000, Math.round(waitMs * 0.8))}`];
    findings.push(warn('doctor/fallback-late', 'gateway', { evidence, fixes }));
  }
  return findings.length > 0 ? findings : [pass('doctor/timeouts', 'gateway', 'The time limits fit each other.')];
}
