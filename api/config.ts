import { z } from 'zod';
import { METADATA } from '../shared/contract/generation.ts';
import { commonSettings } from '../shared/service/common-settings.ts';
import {
  choice,
  flag,
  list,
  readSettings,
  SettingsError,
  secret,
  secrets,
  setting,
  text,
  textWithDefault,
  urls,
  wholeNumber,
} from '../shared/service/config.ts';
import { apiKeys } from './http/middleware/api-keys.ts';
import { corsOrigins } from './http/middleware/browsers.ts';
import { trustProxy } from './http/middleware/trust-proxy.ts';
import { toPlatformUrl } from './http/platform-url.ts';
import { publicUrl } from './http/public-url.ts';
import { isWebhookSecret } from './jobs/webhooks/webhook-call.ts';

const DAY_SECONDS = 86_400;

/** Everything that the gateway reads from its environment. */
export const gatewaySettings = {
  ...commonSettings,
  PORT: wholeNumber('Port of the gateway; 0 takes a free one.', { min: 0, max: 65_535, default: 10_000 }),
  PUBLIC_URL: publicUrl(
    'Address under which clients reach the gateway; unset: the one that the hosting platform sets, else that of each request.',
  ),
  WORKER_URL: urls(
    'Address of the worker, or of several (comma-separated). `PERCHANCE_WORKER_URL` is an older name for it.',
  ),
  REDIS_URL: text('Redis or Valkey for several gateways and workers; unset: one gateway with its own file.', {
    format: 'redis://… or rediss://…',
    secret: true,
  }),
  API_KEYS: apiKeys('Who may ask for pictures; unset: everybody.'),
  RATE_LIMIT_PER_MINUTE: wholeNumber(
    'Most pictures of a megapixel that one key or address may ask for in a minute; 0: no limit.',
    {
      min: 0,
      default: 60,
    },
  ),
  TRUST_PROXY: trustProxy(
    'Proxies in front whose X-Forwarded-For is trusted (Render: `render`), by name, address or number; `TRUST_PROXY_HOPS` is an older name for it.',
  ),
  HSTS: flag('Tell browsers to use only https for a year, if PUBLIC_URL is https.', true),
  CORS_ORIGINS: corsOrigins('Web pages that may call the gateway from a browser; unset: all.'),
  WAIT_BUDGET_MS: wholeNumber('How long an answer is held before it becomes 202 (milliseconds).', {
    min: 0,
    max: 600_000,
    default: 85_000,
  }),
  MAX_WAITING: wholeNumber(
    'Most work that may wait, in pictures of a megapixel, shared by all callers; more is refused.',
    { min: 0, default: 100 },
  ),
  MAX_PIXELS_PER_REQUEST: wholeNumber('Most pixels of all pictures of one request; 0: no limit.', {
    min: 0,
    default: 16_777_216,
  }),
  CACHE_TTL_SECONDS: wholeNumber('How long a finished picture with a given seed is remembered; 0: not at all.', {
    min: 0,
    default: DAY_SECONDS,
  }),
  JOB_SECRET: secrets(
    'Seals the requests in `status_url`; the first secret seals, all can open; unset: made once and kept in DATA_DIR.',
  ),
  ADMIN_KEY: secret('The operator’s own key, for DELETE /images/{id}; unset: nobody may.'),
  SAFE_MODE: flag('Refuse every picture that the engine flags as not safe for work.'),
  METADATA: choice('What files say about how pictures were made, if the request does not choose.', METADATA, 'full'),
  PROMPT_POLICY_FILE: text('The operator’s own rules for prompts.', { format: 'a path to a JSON file' }),
  WEBHOOK_SECRET: setting(z.string().trim().refine(isWebhookSecret).optional(), {
    description: 'Signs webhooks (Standard Webhooks); unset: made once and kept in DATA_DIR.',
    format: '`whsec_` and base64 of at least 24 bytes; `echo whsec_$(openssl rand -base64 32)` makes one',
    secret: true,
  }),
  WEBHOOK_ALLOWED_HOSTS: list(
    'Hosts or networks of your own that webhooks may reach although they are private.',
    'host names or CIDR blocks, separated by commas',
  ),
  DATA_DIR: textWithDefault('Where jobs, secrets and pictures of the `disk` store are kept.', './data', 'a path'),
  DISK_MAX_MB: wholeNumber(
    'Most disk space for hosted pictures, and as much again for saved files (megabytes); beyond it the oldest are removed; 0: no limit.',
    { min: 0, default: 1024 },
  ),
};

export type GatewaySettings = z.infer<z.ZodObject<typeof gatewaySettings>>;

export function readGatewaySettings(environment: Readonly<Record<string, string | undefined>>): GatewaySettings {
  const { PERCHANCE_WORKER_URL, TRUST_PROXY_HOPS, ...rest } = environment;
  return readSettings(gatewaySettings, {
    ...rest,
    WORKER_URL: rest.WORKER_URL || PERCHANCE_WORKER_URL,
    TRUST_PROXY: rest.TRUST_PROXY?.trim() || TRUST_PROXY_HOPS,
    PUBLIC_URL: rest.PUBLIC_URL?.trim() || toPlatformUrl(rest),
  });
}

/** Throws a SettingsError unless a worker can be reached with these settings. */
export function requireWorkers(settings: GatewaySettings): void {
  const { WORKER_URL, WORKER_TOKEN, REDIS_URL } = settings;
  const faults = [];
  if (WORKER_URL === undefined && REDIS_URL === undefined) {
    const advice = 'expected the address of a worker, or REDIS_URL instead';
    faults.push(`WORKER_URL: ${advice} (DEPLOYMENT_GUIDE.md#worker_url)`);
  }
  if (WORKER_URL !== undefined && WORKER_TOKEN === undefined) {
    faults.push('WORKER_TOKEN: expected the secret that the worker has too (DEPLOYMENT_GUIDE.md#worker_token)');
  }
  if (faults.length > 0) throw new SettingsError(faults.join('\n'));
}
