import { type Figure, median, quantile } from './report.ts';

/** A request that a stand-in recorded. */
export interface Recorded {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array | string;
}

/** Headers that `fetch` sets itself. */
const CONNECTION_HEADERS = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'expect']);

/** Sends the requests again, one after the other. Resolves with the milliseconds that the stand-in takes for them. */
export async function timeReplay(origin: string, requests: readonly Recorded[]): Promise<number> {
  const startedAt = performance.now();
  for (const { method, target, headers, body } of requests) {
    const kept = Object.entries(headers).filter(([name]) => !CONNECTION_HEADERS.has(name));
    const response = await fetch(`${origin}${target}`, {
      method,
      headers: kept.map(([name, value]) => [name, String(value)]),
      ...(body.length > 0 && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    });
    await response.arrayBuffer();
  }
  return performance.now() - startedAt;
}

/** The times minus the median of the reference. */
export function toOverheadFigures(
  name: string,
  times: readonly number[],
  reference: { readonly what: string; readonly times: readonly number[] },
): Figure[] {
  const value = median(reference.times);
  const beyond = times.map((time) => time - value);
  return [
    {
      what: `${name}, median`,
      value: median(beyond),
      unit: 'ms',
      reference: { what: reference.what, value },
    },
    { what: `${name}, p95`, value: quantile(beyond, 0.95), unit: 'ms' },
  ];
}
