import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

/**
 * Prometheus' text format 0.0.4, read as strictly as its documentation allows
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). The readers on npm lose the labels of histograms.
 */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\+Inf|-?[\d.]+(?:e[+-]?\d+)?)$/;
const LABEL = /([a-z_]+)="((?:[^"\\\n]|\\[\\"n])*)"/g;
const HISTOGRAM_ENDS = ['_bucket', '_sum', '_count'];

/** Throws unless every metric has help and type before its samples, and every sample appears once. */
export function readMetrics(text: string): readonly Sample[] {
  assert.ok(text.endsWith('\n'), 'the last line has no end');
  const types = new Map<string, string>();
  const seen = new Set<string>();
  const samples: Sample[] = [];
  let help: string | undefined;
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line) ?? [];
    if (kind === 'HELP') help = name;
    else if (kind === 'TYPE') {
      assert.equal(name, help, `${name} has no help`);
      assert.ok(!types.has(name), `${name} comes twice`);
      assert.equal(name.endsWith('_total'), rest === 'counter', `${name}: counters alone end with _total`);
      types.set(name, rest);
    } else {
      assert.ok(!seen.has(line.slice(0, line.lastIndexOf(' '))), `twice: ${line}`);
      seen.add(line.slice(0, line.lastIndexOf(' ')));
      samples.push(toSample(line, types));
    }
  }
  checkByPrometheus(text);
  return samples;
}

function toSample(line: string, types: ReadonlyMap<string, string>): Sample {
  const [, name = '', labels = '', value = ''] = LINE.exec(line) ?? assert.fail(`no sample: ${line}`);
  const end = HISTOGRAM_ENDS.find((one) => name.endsWith(one) && types.has(name.slice(0, -one.length)));
  const family = end === undefined ? name : name.slice(0, -end.length);
  assert.equal(types.get(family) === 'histogram', end !== undefined, `${name} is of no type`);
  const pairs = [...labels.matchAll(LABEL)].map(([, label = '', of = '']): [string, string] => [label, of]);
  return { name, labels: Object.fromEntries(pairs), value: Number(value.replace('+Inf', 'Infinity')) };
}

/** Prometheus' own reader, where it is installed: CI does without its 250 MB. */
function checkByPrometheus(text: string): void {
  const { error, status, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  if (error !== undefined) return;
  assert.equal(status, 0, stderr);
}

/** The sum of all samples with these labels. */
export function sumOf(samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): number {
  const fits = (sample: Sample): boolean =>
    sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value);
  return samples.filter(fits).reduce((sum, { value }) => sum + value, 0);
}
