import { z } from 'zod';
import { setting, text, url } from '../service/config.ts';
import type { Logger } from '../service/log.ts';
import { createTraces, type Traces } from './traces.ts';

/** OpenTelemetry's own names, as its other programs read them. */
export const telemetrySettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: url('Collector that gets traces (OTLP over HTTP, `/v1/traces`); unset: none are made.'),
  OTEL_EXPORTER_OTLP_HEADERS: setting(z.string().transform(toHeaders).optional(), {
    description: 'Headers for the collector, for instance its key.',
    format: '`name=value` pairs, separated by commas; values may be percent-encoded',
    secret: true,
  }),
  OTEL_SERVICE_NAME: text('Name of this service in its traces; unset: `easel-gateway` or `easel-worker`.'),
};

type TelemetrySettings = z.infer<z.ZodObject<typeof telemetrySettings>>;

const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

function toHeaders(value: string, context: z.RefinementCtx): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const pair of value.split(',').map((part) => part.trim())) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    const content = decode(pair.slice(at + 1).trim());
    if (at < 1 || !HEADER_NAME.test(name) || content === undefined) {
      context.addIssue({ code: 'custom', message: 'no pair of name and value' });
      return z.NEVER;
    }
    headers[name] = content;
  }
  return headers;
}

/** Undefined if it is wrongly encoded or cannot stand in a header. */
function decode(content: string): string | undefined {
  try {
    const decoded = decodeURIComponent(content);
    return /^[\x20-\x7e]*$/.test(decoded) ? decoded : undefined;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

interface Service {
  readonly service: 'gateway' | 'worker';
  readonly version: string;
  readonly log: Logger;
}

/** Undefined where no collector is set. */
export function openTraces(settings: TelemetrySettings, { service, version, log }: Service): Traces | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers } = settings;
  if (endpoint === undefined) return undefined;
  return createTraces({
    endpoint,
    headers,
    serviceName: settings.OTEL_SERVICE_NAME ?? `easel-${service}`,
    version,
    log,
  });
}
