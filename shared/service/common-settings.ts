import { telemetrySettings } from '../telemetry/settings.ts';
import { choice, flag, host, secrets } from './config.ts';

/** Settings that mean the same to both services. */
export const commonSettings = {
  HOST: host('Address to listen on.'),
  WORKER_TOKEN: secrets(
    'Secret between gateway and worker; the same on both. The first one is sent, all are accepted.',
  ),
  LOG_LEVEL: choice('How much is logged.', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info'),
  LOG_PROMPTS: flag('Log prompts as well; they are personal.'),
  ...telemetrySettings,
};
