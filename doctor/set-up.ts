export type Environment = Readonly<Record<string, string | undefined>>;

export const SERVICES = ['gateway', 'worker', 'both'] as const;
export type Services = (typeof SERVICES)[number];

export interface SetUp {
  readonly services: Services;
  /** Why these services, as a sentence. */
  readonly reason: string;
  /** Environment of the gateway. Missing: the gateway is not on this machine. */
  readonly gateway?: Environment;
  /** Environment of the worker. Missing: the worker is not on this machine. */
  readonly worker?: Environment;
  /** Whether `npm start` would start the gateway's worker. Unless a token is set, it draws one that no other process knows. */
  readonly ownsWorker: boolean;
}

const isSet = (value: string | undefined): boolean => value !== undefined && value.trim() !== '';

/** Without `wanted`, guesses by the settings: a gateway has the address of a worker, a worker has only a token. */
export function toSetUp(environment: Environment, wanted?: Services): SetUp {
  const { services, reason } = wanted === undefined ? guess(environment) : { services: wanted, reason: 'as asked' };
  const isLinked = [environment.WORKER_URL, environment.PERCHANCE_WORKER_URL, environment.REDIS_URL].some(isSet);
  const ownsWorker = services === 'both' && !isLinked;
  if (services === 'gateway') return { services, reason, gateway: environment, ownsWorker };
  if (services === 'worker') return { services, reason, worker: environment, ownsWorker };
  return { services, reason, ownsWorker, ...asStarted(environment, ownsWorker) };
}

function guess({ WORKER_URL, PERCHANCE_WORKER_URL, WORKER_TOKEN, REDIS_URL }: Environment): {
  services: Services;
  reason: string;
} {
  const workerUrl = isSet(WORKER_URL) ? WORKER_URL : PERCHANCE_WORKER_URL;
  if (isSet(workerUrl)) {
    return { services: 'gateway', reason: 'WORKER_URL is set, so this is the gateway (--service says otherwise)' };
  }
  if (isSet(REDIS_URL)) return { services: 'both', reason: 'REDIS_URL may be that of either service' };
  if (isSet(WORKER_TOKEN)) {
    return {
      services: 'worker',
      reason: 'WORKER_TOKEN is set and WORKER_URL is not, so this is the worker (--service says otherwise)',
    };
  }
  return { services: 'both', reason: 'as `npm start` starts them' };
}

/** The environments that `scripts/start.mjs` gives to its two children. */
function asStarted(environment: Environment, ownsWorker: boolean): { gateway: Environment; worker: Environment } {
  const port = Number(environment.PORT?.trim() || 10_000);
  const workerPort = environment.WORKER_PORT?.trim() || String(port + 1);
  const token = ownsWorker && !isSet(environment.WORKER_TOKEN) ? MADE_AT_START : environment.WORKER_TOKEN;
  const shared = { ...environment, WORKER_TOKEN: token };
  return {
    gateway: { ...shared, ...(ownsWorker && { WORKER_URL: `http://127.0.0.1:${workerPort}` }) },
    worker: { ...shared, PORT: workerPort, HOST: '127.0.0.1' },
  };
}

/** Replaces the token that `npm start` draws, so that the settings can be read. */
export const MADE_AT_START = 'made-at-each-start';
