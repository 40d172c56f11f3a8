import type { ClientRateLimitInfo, Store } from 'express-rate-limit';
import { Pool } from 'pg';
import type { Logger } from '../../../shared/service/log.ts';
import type { RateStores } from './rate-limit.ts';

const CONNECTION = { max: 2, connectionTimeoutMillis: 1000, query_timeout: 1000, application_name: 'easel rates' };

/** $1 key, $2 now, $3 end of a window that begins now; epoch milliseconds. */
const COUNT = `
  insert into easel.rate as r (key, hits, resets_at) values ($1, 1, $3)
  on conflict (key) do update set
    hits = case when r.resets_at <= $2 then 1 else r.hits + 1 end,
    resets_at = case when r.resets_at <= $2 then excluded.resets_at else r.resets_at end
  returning hits, resets_at`;

/** Counts on connections of their own that never wait long: while PostgreSQL is away nobody waits for a count. */
export function createRateStores(url: string, log: Logger): RateStores {
  const pool = new Pool({ connectionString: url, ...CONNECTION });
  pool.on('error', (error) => log.warn({ reason: error.message }, 'rate limits cannot reach PostgreSQL'));

  function create(name: string): Store {
    let windowMs = 0;
    const toKey = (key: string): string => `${name}:${key}`;
    return {
      init: (options) => {
        windowMs = options.windowMs;
      },
      increment: async (key): Promise<ClientRateLimitInfo> => {
        const now = Date.now();
        const { rows } = await pool.query(COUNT, [toKey(key), now, now + windowMs]);
        return { totalHits: rows[0].hits, resetTime: new Date(Number(rows[0].resets_at)) };
      },
      decrement: async (key) =>
        void (await pool.query('update easel.rate set hits = greatest(hits - 1, 0) where key = $1', [toKey(key)])),
      resetKey: async (key) => void (await pool.query('delete from easel.rate where key = $1', [toKey(key)])),
    };
  }

  return { create, close: () => pool.end() };
}
