import { Pool, type PoolClient, type QueryResultRow } from 'pg';
import { queueUnavailable } from '../../errors.ts';
import type { Logger } from '../../service/log.ts';
import type { Clock } from '../../wait.ts';

/** PostgreSQL with patience: what is asked while it restarts, or cannot be reached, is asked again. */
export interface Database {
  /** May be sent twice when the connection is lost before the answer: statements must bear that. */
  query<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs again when the connection is lost. */
  patiently<T>(task: () => Promise<T>): Promise<T>;
  /** Several statements on one connection, which is not used again. */
  alone<T>(task: (client: PoolClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface DatabaseOptions {
  readonly url: string;
  /** Milliseconds after which a caller gives up; left out: never. */
  readonly patienceMs?: number | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Free databases grant about 100 connections. Idle ones are given back after 10 s, and BullMQ has some of its own. */
const MAX_CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 5000;
/** Of one statement; a database that hangs is one that is away. */
const QUERY_TIMEOUT_MS = 30_000;
/** A process that freezes in a transaction keeps nobody else waiting for longer. */
const IDLE_IN_TRANSACTION_MS = 30_000;
/** Keeps a silently lost connection from being waited on for hours. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 } as const;
const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

export const toConnectionConfig = (url: string) => ({
  connectionString: url,
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  query_timeout: QUERY_TIMEOUT_MS,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  application_name: 'easel',
  ...KEEP_ALIVE,
});

export function openDatabase({ url, patienceMs, clock, log }: DatabaseOptions): Database {
  const queryTimeoutMs = Math.min(patienceMs ?? QUERY_TIMEOUT_MS, QUERY_TIMEOUT_MS);
  const pool = new Pool({ ...toConnectionConfig(url), max: MAX_CONNECTIONS, query_timeout: queryTimeoutMs });
  const closing = new AbortController();
  // Idle connections that the server ends; whoever asks next gets another one.
  pool.on('error', (error) => log.warn({ reason: error.message }, 'PostgreSQL ended a connection'));

  async function patiently<T>(task: () => Promise<T>): Promise<T> {
    const giveUpAt = clock.now() + (patienceMs ?? Number.POSITIVE_INFINITY);
    for (let pauseMs = SHORTEST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        return await task();
      } catch (error) {
        if (!isPassing(error) || closing.signal.aborted) throw error;
        log.warn({ reason: String(error) }, 'PostgreSQL cannot be reached');
        if (clock.now() + pauseMs > giveUpAt) throw queueUnavailable(error);
        await clock.wait(pauseMs, closing.signal);
      }
    }
  }

  return {
    patiently,
    query: <Row extends QueryResultRow>(text: string, values: readonly unknown[] = []) =>
      patiently(async () => (await pool.query<Row>(text, [...values])).rows),
    alone: (task) =>
      patiently(async () => {
        const client = await pool.connect();
        try {
          return await task(client);
        } finally {
          client.release(true);
        }
      }),
    close: async () => {
      closing.abort();
      await pool.end();
    },
  };
}

/** Of the system, and of PostgreSQL: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const PASSING_CODES = [
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
  // Shut down, crashed, starting, too many connections, a deadlock broken.
  ...['57P01', '57P02', '57P03', '53300', '40P01', '40001'],
];
/** pg gives these no code. */
const PASSING_MESSAGES =
  /^Connection terminated|^Query read timeout|timeout exceeded when trying|Client has encountered a connection/;

/** Whether the same statement may well succeed a moment later. */
export function isPassing(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isPassing);
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return PASSING_CODES.includes(code) || code.startsWith('08') || PASSING_MESSAGES.test(error.message);
}
