import { hash } from 'node:crypto';
import { AppError } from '../../../shared/errors.ts';
import { drawText } from '../../../shared/random-text.ts';
import { type Again, createAgainIds } from './again-ids.ts';

/**
 * Job ids are short, since they are used in headers, chat buttons and logs. They are random, and name their record. The
 * seal, by which a job outlives its record, follows the id in the job's addresses (`seals.ts`).
 */

/** The contents of an id. */
export interface JobName {
  /** Key of the record. */
  readonly key: string;
  /** Set for a remembered answer, which has no record of its own. */
  readonly again?: Again | undefined;
}

export interface JobIds {
  /** Makes the id of a new job, which names its record. */
  issue(): string;
  /** Makes the id of a remembered answer. `key`: of the record with the picture. `owner`: whose answer it is (`owner.ts`). */
  toAgainId(key: string, owner: string): string;
  /** Throws `not_found` for a text that no secret could have made. */
  read(id: string): JobName;
}

const KEY_BYTES = 12;
const KEY_CHARACTERS = (KEY_BYTES / 3) * 4;
const KEY = /^[\w-]{16}$/;
/** An id of an earlier release, in which the sealed request follows the key. */
const LONG_ID = /^[\w-]{50,8000}$/;

/** `secrets`: the first one seals, and all of them open. */
export function createJobIds(secrets: readonly string[]): JobIds {
  const againIds = createAgainIds(secrets);
  return {
    issue: () => drawText(KEY_BYTES, 'base64url'),
    toAgainId: (key, owner) => againIds.write({ key: key.slice(0, KEY_CHARACTERS), owner }),
    read: (id) => {
      if (KEY.test(id)) return { key: id };
      if (LONG_ID.test(id)) return { key: id.slice(0, KEY_CHARACTERS) };
      const again = againIds.read(id);
      if (again === undefined) throw noSuchJob('not a job id of ours');
      return { key: again.key, again };
    },
  };
}

/** A job that is queued again gets the same run id, so that its picture gets the same name. */
export const toRunId = (key: string): string => `r${hash('sha256', `easel run ${key}`, 'base64url').slice(0, 24)}`;

export const noSuchJob = (reason: string, cause?: unknown): AppError =>
  new AppError('not_found', reason, { publicMessage: 'There is no such job.', cause });
