import assert from 'node:assert/strict';
import type { AppError, ErrorCode } from '../../../../shared/errors.ts';
import { type EngineFault, engineContract } from '../../../contracts/engine.ts';
import type { PerchanceMode } from '../../../stand-ins/perchance/modes.ts';
import { createPerchanceOnStandIn, type Perchance } from './setup.ts';

const minutes = (count: number): number => count * 60_000;

const rests =
  (restMs: number | undefined) =>
  (error: AppError): void =>
    assert.equal(error.details.restMs, restMs);

function names(step: RegExp): (error: AppError) => void {
  return (error) => assert.match(error.message, step);
}

function fault(
  mode: PerchanceMode,
  code: ErrorCode,
  more: Partial<EngineFault<Perchance>> = {},
): EngineFault<Perchance> {
  return { name: `mode ${mode}`, code, provoke: ({ site }) => site.setMode(mode), ...more };
}

const challenged = { check: rests(minutes(15)) };

engineContract<Perchance>({
  name: 'perchance',
  create: createPerchanceOnStandIn,
  request: { width: 512, height: 512 },
  stall: ({ site }) => site.setMode('hang'),
  underway: ({ site }) => site.waitForRequest('generate', site.requests.filter(isGenerate).length + 1),
  mend: ({ site }) => site.setMode('ok'),
  faults: [
    fault('gen_failure_always', 'engine_failed'),
    fault('gen_failure_permanent', 'engine_failed'),
    fault('connection_reset', 'engine_failed'),
    fault('network_always_busy', 'engine_busy'),
    fault('rate_429', 'engine_busy', { check: rests(minutes(1)) }),
    fault('rate_200', 'engine_busy', { check: rests(minutes(1)) }),
    fault('cf403_api', 'engine_challenge', challenged),
    fault('cf403_embed', 'engine_challenge', challenged),
    fault('key_always_expired', 'engine_challenge', challenged),
    fault('client_update', 'engine_changed', { check: names(/generate: client_update_required/) }),
    fault('invalid_data', 'engine_changed', { check: names(/generate: invalid_data/) }),
    fault('invalid_parameter', 'engine_changed', { check: names(/generate: invalid_parameter/) }),
    fault('nonjson', 'engine_changed', { check: names(/generate: not_json/) }),
    fault('redesigned_embed', 'engine_changed', { check: names(/embed page: none of/) }),
    fault('embed_404', 'engine_changed', { check: names(/embed page: HTTP 404/) }),
    fault('not_logged_in', 'engine_unauthorized'),
    fault('unknown_status', 'engine_timeout', { endless: true }),
    fault('download_403', 'engine_failed'),
    fault('download_404', 'engine_failed'),
    fault('download_truncated', 'engine_failed', { check: names(/no whole picture/) }),
    fault('download_html', 'engine_failed', { check: names(/no whole picture/) }),
    fault('download_hang', 'engine_failed'),
    fault('embed_refused', 'engine_failed'),
    fault('embed_hang', 'engine_failed'),
  ],
});

function isGenerate({ endpoint }: { readonly endpoint: string }): boolean {
  return endpoint === 'generate';
}
