import { randomBytes } from 'node:crypto';
import { createWaits, type Waits } from '../waits.ts';
import { type CallLog, createCallLog } from './api-call.ts';
import { type Behaviour, normalBehaviour, type Refusal } from './behaviour.ts';
import { type ConcurrencyMeter, createConcurrencyMeter } from './concurrency.ts';
import { createDownloads, type Downloads } from './downloads.ts';
import type { Timings } from './timings.ts';
import { createUsers, type Users } from './users.ts';

/** The state that the pages and the API share. */
export type Service = {
  timings: Timings;
  users: Users;
  downloads: Downloads;
  waits: Waits;
  log: CallLog;
  concurrency: ConcurrencyMeter;
  /** The build hash of the embed page. If a request to `generate` has `v`, it must be this. */
  clientVersion: string;
  behaviour(): Behaviour;
  /** Ends every held reply and counts refusals from 0 again. */
  behave(behaviour: Behaviour): void;
  takeRefusal(requestId: string): Refusal | null;
  takeVerifyRefusal(): string | null;
  adAccessCode(): string;
  rotateAdAccessCode(): void;
  clear(): void;
};

const randomHash = () => randomBytes(32).toString('hex');

export function createService(timings: Timings): Service {
  const users = createUsers();
  const downloads = createDownloads();
  const waits = createWaits();
  const log = createCallLog();
  const concurrency = createConcurrencyMeter();
  let behaviour = normalBehaviour;
  let refusalsLeft = 0;
  let staleRequestIds = new Set<string>();
  let adAccessCode = randomHash();

  function behave(next: Behaviour): void {
    behaviour = next;
    refusalsLeft = next.times;
    staleRequestIds = new Set();
    waits.release();
  }

  return {
    timings,
    users,
    downloads,
    waits,
    log,
    concurrency,
    clientVersion: randomHash(),
    behaviour: () => behaviour,
    behave,
    takeRefusal(requestId) {
      const { refusal } = behaviour;
      // A stale request stays stale even if it is sent again. Only a new request id helps.
      if (refusal && staleRequestIds.has(requestId)) return refusal;
      if (!refusal || refusalsLeft <= 0) return null;
      refusalsLeft -= 1;
      if (refusal.kind === 'status' && refusal.body.status === 'stale_request') staleRequestIds.add(requestId);
      return refusal;
    },
    takeVerifyRefusal() {
      if (!behaviour.verifyRefusal || refusalsLeft <= 0) return null;
      refusalsLeft -= 1;
      return behaviour.verifyRefusal;
    },
    adAccessCode: () => adAccessCode,
    rotateAdAccessCode() {
      adAccessCode = randomHash();
    },
    clear() {
      behave(normalBehaviour);
      users.clear();
      downloads.clear();
      log.clear();
      concurrency.clear();
    },
  };
}
