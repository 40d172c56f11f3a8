import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createGatewayMetrics } from '../../api/telemetry/gateway-metrics.ts';
import { createWorkerMetrics } from '../../worker/telemetry/worker-metrics.ts';

const dashboard = readFileSync(new URL('../../deploy/grafana/easel.json', import.meta.url), 'utf8');

/** Names of metrics, without the suffixes of histograms. */
const onDashboard = new Set(
  [...dashboard.matchAll(/easel_\w+/g)].map(([name]) => name.replace(/_(?:bucket|sum|count)$/, '')),
);

function namesInCode(): Set<string> {
  const none = () => [];
  const gateway = createGatewayMetrics('1.0.0', { waiting: () => 0, workers: none, bytesSent: () => 0 });
  const worker = createWorkerMetrics('1.0.0', {
    ...{ waiting: () => 0, runningEngines: none, engines: none, stores: none, bytesSent: () => 0 },
    browser: () => ({ state: 'stopped', jobs: 0 }),
  });
  const all = [gateway, worker].flatMap(({ metrics }) => metrics.registry.getMetricsAsArray());
  return new Set(all.map(({ name }) => name));
}

test('the dashboard shows every metric of the code, and no other', () => {
  const names = namesInCode();
  assert.ok(names.size > 20);
  assert.deepEqual([...onDashboard].sort(), [...names].sort());
});

test('every panel has a query and a description', () => {
  const { panels } = JSON.parse(dashboard) as {
    panels: { type: string; title: string; description?: string; targets?: { expr: string }[] }[];
  };
  for (const { title, description, targets } of panels.filter(({ type }) => type !== 'row')) {
    assert.ok(description, title);
    assert.ok(
      targets?.every(({ expr }) => expr.includes('easel_')),
      title,
    );
  }
});
