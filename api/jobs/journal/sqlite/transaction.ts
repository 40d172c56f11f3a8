import type { DatabaseSync } from 'node:sqlite';

/** Runs a synchronous step as one transaction. */
export function createTransactions(database: DatabaseSync): <T>(step: () => T) => T {
  return (step) => {
    database.exec('begin immediate');
    try {
      const answer = step();
      database.exec('commit');
      return answer;
    } catch (error) {
      database.exec('rollback');
      throw error;
    }
  };
}
