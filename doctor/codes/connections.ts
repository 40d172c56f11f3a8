import type { Trouble } from './trouble.ts';

/** What can be wrong with engines, stores, the other service, the public address and Redis. */
export const CONNECTION_TROUBLES = {
  'doctor/engine-unreachable': {
    meaning: 'The service of an engine cannot be reached from here.',
    fixes: ['see whether this machine may reach the host (DNS, firewall, proxy)', 'ENGINES=<without it>'],
  },
  'doctor/engine-unauthorized': {
    meaning: 'The service of an engine does not accept the key or token.',
    fixes: ['set a valid key'],
  },
  'doctor/engine-model-gone': {
    meaning: 'The service does not have the configured model (any more).',
    fixes: ['set another model'],
  },
  'doctor/engine-model-ends': {
    meaning: 'The model is shut down within 90 days.',
    fixes: ['set another model before that day'],
  },
  'doctor/engine-quota-spent': {
    meaning: 'The quota or credit of an engine is used up.',
    fixes: ['wait until it comes back, or top up the account', 'ENGINES=<another engine before it>'],
  },
  'doctor/engine-odd': {
    meaning: 'The service of an engine answers, but not as expected.',
    fixes: ['read the evidence; the service may recover by itself', 'ENGINES=<without it>'],
  },
  'doctor/no-engine': {
    meaning: 'None of the enabled engines can make a picture now.',
    fixes: ['ENGINES=perchance,gradio,horde,sketch'],
  },
  'doctor/engine-drawn-only': {
    meaning: 'Only programmed drawings are left: no enabled engine with a model can be used from here.',
    fixes: ['cure the faults of the other engines above'],
  },
  'doctor/store-unreachable': {
    meaning: 'The host of a store cannot be reached from here.',
    fixes: ['see whether this machine may reach the host (DNS, firewall, proxy)', 'STORES=disk'],
  },
  'doctor/store-unauthorized': {
    meaning: 'The host of a store does not accept the key, or does not know the bucket.',
    fixes: ['set a valid key'],
  },
  'doctor/store-quota-spent': {
    meaning: 'The quota of a store is used up.',
    fixes: ['STORES=<another store behind it>'],
  },
  'doctor/store-odd': {
    meaning: 'The host of a store answers, but not as expected.',
    fixes: ['read the evidence; the service may recover by itself', 'STORES=disk'],
  },
  'doctor/no-store': {
    meaning: 'None of the enabled stores can take a picture now.',
    fixes: ['STORES=disk'],
  },
  'doctor/store-unshared': {
    meaning: 'Several workers share a queue, but each keeps its pictures on its own disk.',
    fixes: ['STORES=s3', 'let gateways and workers share DATA_DIR'],
  },
  'doctor/worker-unreachable': {
    meaning: 'The gateway cannot reach the worker at WORKER_URL.',
    fixes: ['npm run start:worker (on the worker’s machine)', 'WORKER_URL=http://<host>:10001'],
  },
  'doctor/worker-not-easel': {
    meaning: 'Something else answers at WORKER_URL.',
    fixes: ['WORKER_URL=http://<host>:10001'],
  },
  'doctor/worker-token': {
    meaning: 'The worker refuses WORKER_TOKEN: the two services have different ones.',
    fixes: ['set the same WORKER_TOKEN on both services, and start both again'],
  },
  'doctor/worker-wire': {
    meaning: 'Gateway and worker are more than one version apart.',
    fixes: ['deploy the same version of both'],
  },
  'doctor/worker-version': {
    meaning: 'Gateway and worker have different versions.',
    fixes: ['deploy the same version of both'],
  },
  'doctor/worker-unwell': {
    meaning: 'The worker answers, and says that it cannot make pictures now.',
    fixes: ['run the doctor on the worker’s machine'],
  },
  'doctor/clock-skew': {
    meaning: 'The clocks of two machines differ, so deadlines and signatures go wrong.',
    fixes: ['sudo timedatectl set-ntp true'],
  },
  'doctor/public-url-unreachable': {
    meaning: 'Nothing answers at PUBLIC_URL, so the addresses of pictures lead nowhere.',
    fixes: ['PUBLIC_URL=<the address that clients use>', 'start the proxy, or let it forward to PORT'],
  },
  'doctor/public-url-certificate': {
    meaning: 'The certificate of PUBLIC_URL is not valid.',
    fixes: ['renew it (caddy and certbot do so by themselves)', 'PUBLIC_URL=<the name that the certificate is for>'],
  },
  'doctor/public-url-redirects': {
    meaning: 'PUBLIC_URL redirects to another address.',
    fixes: ['PUBLIC_URL=<the address that it redirects to>'],
  },
  'doctor/public-url-not-easel': {
    meaning: 'Something else answers at PUBLIC_URL.',
    fixes: ['let the proxy forward to PORT', 'PUBLIC_URL=<the address that clients use>'],
  },
  'doctor/public-url-base-path': {
    meaning: 'The gateway answers at the host of PUBLIC_URL, but not under its path.',
    fixes: ['let the proxy forward that path', 'PUBLIC_URL=<without the path>'],
  },
  'doctor/public-url-other-gateway': {
    meaning: 'Another gateway answers at PUBLIC_URL, not the one on this machine.',
    fixes: ['no fault where several gateways share a balancer; else let the proxy forward to PORT'],
  },
  'doctor/public-url-ipv6': {
    meaning: 'The host of PUBLIC_URL has an IPv6 address at which nothing answers.',
    fixes: ['remove the AAAA record', 'let the proxy listen on [::] too'],
  },
  'doctor/forwarded-for-spoofed': {
    meaning: 'The gateway believes an X-Forwarded-For that any caller can send, so limits by address do not hold.',
    fixes: ['TRUST_PROXY=<the proxy’s own address or network>', 'TRUST_PROXY=none (where there is no proxy)'],
  },
  'doctor/forwarded-for-unseen': {
    meaning: 'The gateway takes every caller for the proxy, so all share one limit.',
    fixes: ['TRUST_PROXY=private (a proxy beside it)', 'TRUST_PROXY=render', 'TRUST_PROXY=cloudflare'],
  },
  'doctor/redis-unreachable': {
    meaning: 'Redis cannot be reached at REDIS_URL.',
    fixes: ['start Redis', 'REDIS_URL=redis://<host>:6379'],
  },
  'doctor/redis-unauthorized': {
    meaning: 'Redis refuses the user or password of REDIS_URL.',
    fixes: ['REDIS_URL=redis://<user>:<password>@<host>:6379'],
  },
  'doctor/redis-old': {
    meaning: 'This Redis is older than the queue needs.',
    fixes: ['install Redis 6.2 or newer, or Valkey'],
  },
  'doctor/redis-evicts': {
    meaning: 'Redis throws jobs away when its memory is full.',
    fixes: ['redis-cli CONFIG SET maxmemory-policy noeviction'],
  },
  'doctor/redis-volatile': {
    meaning: 'Redis keeps no append-only file, so a restart loses accepted jobs.',
    fixes: ['redis-cli CONFIG SET appendonly yes'],
  },
} as const satisfies Record<string, Trouble>;
