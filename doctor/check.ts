import { type TopicCode, TROUBLES, type TroubleCode } from './codes/codes.ts';

/** What the doctor's checks are made of. */

export type Status = 'pass' | 'warn' | 'fail' | 'skipped';

/** What was looked at: `machine`, `gateway`, `worker`, `redis`, `engine horde`, `store s3`. */
export type Subject = string;

/** One thing that was found. Texts may hold secrets: they are hidden when the report is made. */
export interface Finding {
  readonly code: TopicCode | TroubleCode;
  readonly subject: Subject;
  readonly status: Status;
  /** A sentence. */
  readonly message: string;
  /** What was seen. */
  readonly evidence: readonly string[];
  /** Commands and settings that mend it, best first. Empty unless the status is `warn` or `fail`. */
  readonly fixes: readonly string[];
}

export interface Check {
  /** Of its findings when it throws or does not end. */
  readonly subject: Subject;
  /** What it is about, for a sentence. */
  readonly title: string;
  /** Default: 15 seconds. */
  readonly timeoutMs?: number;
  /** Changes nothing and spends nothing. */
  run(signal: AbortSignal): Promise<readonly Finding[]> | readonly Finding[];
}

export const pass = (
  code: TopicCode,
  subject: Subject,
  message: string,
  evidence: readonly string[] = [],
): Finding => ({ code, subject, status: 'pass', message, evidence, fixes: [] });

/** Not looked at, for this reason: that is not a fault. */
export const skip = (
  code: TopicCode,
  subject: Subject,
  message: string,
  evidence: readonly string[] = [],
): Finding => ({ code, subject, status: 'skipped', message, evidence, fixes: [] });

interface Details {
  /** Default: the code's own meaning. */
  readonly message?: string | undefined;
  readonly evidence?: readonly string[] | undefined;
  /** Default: the code's own. */
  readonly fixes?: readonly string[] | undefined;
}

function trouble(status: 'warn' | 'fail', code: TroubleCode, subject: Subject, details: Details): Finding {
  const { meaning, fixes } = TROUBLES[code];
  const { message = meaning, evidence = [] } = details;
  return { code, subject, status, message, evidence, fixes: details.fixes ?? fixes };
}

/** It works, but not as it should, or not for long. */
export const warn = (code: TroubleCode, subject: Subject, details: Details = {}): Finding =>
  trouble('warn', code, subject, details);

/** It does not work. */
export const fail = (code: TroubleCode, subject: Subject, details: Details = {}): Finding =>
  trouble('fail', code, subject, details);
