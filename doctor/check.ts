import { type TopicCode, TROUBLES, type TroubleCode } from './codes/codes.ts';

export type Status = 'pass' | 'warn' | 'fail' | 'skipped';

/** The part of the system that was checked: `machine`, `gateway`, `worker`, `redis`, `engine horde`, `store s3`. */
export type Subject = string;

/** One result of a check. Its texts may hold secrets, which the report hides. */
export interface Finding {
  readonly code: TopicCode | TroubleCode;
  readonly subject: Subject;
  readonly status: Status;
  /** A sentence. */
  readonly message: string;
  /** Facts that led to the finding. */
  readonly evidence: readonly string[];
  /** Commands and settings that mend it, best first. Empty unless the status is `warn` or `fail`. */
  readonly fixes: readonly string[];
}

export interface Check {
  /** Subject of the finding when the check throws or does not end. */
  readonly subject: Subject;
  /** Names the check in a sentence, for instance `the packages`. */
  readonly title: string;
  /** Default: 15 seconds. */
  readonly timeoutMs?: number;
  /** Must not change anything or cost anything. */
  run(signal: AbortSignal): Promise<readonly Finding[]> | readonly Finding[];
}

export const pass = (
  code: TopicCode,
  subject: Subject,
  message: string,
  evidence: readonly string[] = [],
): Finding => ({ code, subject, status: 'pass', message, evidence, fixes: [] });

/** The check was not made, and `message` says why. This is not a fault. */
export const skip = (
  code: TopicCode,
  subject: Subject,
  message: string,
  evidence: readonly string[] = [],
): Finding => ({ code, subject, status: 'skipped', message, evidence, fixes: [] });

interface Details {
  /** Default: the meaning of the code. */
  readonly message?: string | undefined;
  readonly evidence?: readonly string[] | undefined;
  /** Default: the fixes of the code. */
  readonly fixes?: readonly string[] | undefined;
}

function trouble(status: 'warn' | 'fail', code: TroubleCode, subject: Subject, details: Details): Finding {
  const { meaning, fixes } = TROUBLES[code];
  const { message = meaning, evidence = [] } = details;
  return { code, subject, status, message, evidence, fixes: details.fixes ?? fixes };
}

/** The subject works, but badly, or not for long. */
export const warn = (code: TroubleCode, subject: Subject, details: Details = {}): Finding =>
  trouble('warn', code, subject, details);

/** The subject does not work. */
export const fail = (code: TroubleCode, subject: Subject, details: Details = {}): Finding =>
  trouble('fail', code, subject, details);
