import type { Clock } from '../../wait.ts';
import type { Run } from '../run.ts';
import {
  createReport,
  fromRunRecord,
  MAX_UNFINISHED,
  type RunRecord,
  type RunSave,
  type SharedRuns,
} from '../shared-runs.ts';
import type { Database } from './database.ts';

interface PostgresRunsOptions {
  readonly database: Database;
  readonly clock: Pick<Clock, 'now'>;
  readonly keepMs: number;
}

/** PostgreSQL's bigint comes as text. */
export interface RunRow extends Omit<RunRecord, 'rememberUntil'> {
  readonly remember_until: string;
}

/** With the table as `r`. */
export const RUN_COLUMNS = 'r.base, r.live, r.finish, r.status, r.number, r.received, r.remember_until';

export const fromRunRow = ({ remember_until, ...record }: RunRow): Run =>
  fromRunRecord({ ...record, rememberUntil: Number(remember_until) });

/** Runs on PostgreSQL: a row each. */
export function createPostgresRuns({ database, clock, keepMs }: PostgresRunsOptions): SharedRuns {
  const { query } = database;

  async function read(runId: string): Promise<Run | undefined> {
    const [row] = await query<RunRow>(`select ${RUN_COLUMNS} from easel.run r where r.id = $1`, [runId]);
    return row && fromRunRow(row);
  }

  async function save({ run, ...rest }: RunSave): Promise<boolean> {
    const { id: runId, number, status, rememberUntil = 0 } = run;
    const wish = JSON.stringify({ ...rest, runId, number, status, rememberUntil });
    const [row] = await query<{ saved: boolean }>('select easel.save_run($1) as saved', [wish]);
    return row?.saved === true;
  }

  return {
    read,
    report: createReport({ read, save, clock, keepMs }),
    turn: async (runId) => {
      const [row] = await query<{ turn: number }>(`select turn from easel.run where id = $1 and status = 'queued'`, [
        runId,
      ]);
      return row?.turn ?? 0;
    },
    position: async (runId) => {
      const [row] = await query<{ position: string }>(
        `select 1 + (select count(*) from easel.run o
           where o.status = 'queued' and (o.turn, o.arrival) < (r.turn, r.arrival)) as position
         from easel.run r where r.id = $1 and r.status = 'queued'`,
        [runId],
      );
      return row && Number(row.position);
    },
    countWaiting: async () => {
      const [row] = await query<{ count: string }>(`select count(*) from easel.run where status = 'queued'`);
      return Number(row?.count);
    },
    unfinishedBefore: async (time) => {
      const rows = await query<RunRow>(
        `select ${RUN_COLUMNS} from easel.run r where r.expires_at is null and r.created_at <= $1
         order by r.created_at limit ${MAX_UNFINISHED}`,
        [time],
      );
      return rows.map(fromRunRow);
    },
    countLoss: async (runId) => {
      const [row] = await query<{ losses: number }>(
        'update easel.run set losses = losses + 1 where id = $1 returning losses',
        [runId],
      );
      return row?.losses ?? 0;
    },
  };
}
