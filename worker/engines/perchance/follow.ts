import type { Stage } from '../../../shared/contract/generation.ts';
import type { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../../shared/wait.ts';
import { challenged, changed, endedBy, failed, navigationFailure } from './failures.ts';
import { createNamedTimeouts } from './named-timeouts.ts';
import { BEACONS, type Waits } from './site.ts';
import type { Verdict } from './verdict.ts';
import type { EmbedEvents, Reply } from './watch.ts';

/** Another embed may succeed. If none does, this error ends the job. */
export interface GaveUp {
  readonly kind: 'gave_up';
  readonly error: AppError;
  readonly newRequestId: boolean;
}

export function gaveUp(error: AppError, newRequestId = false): GaveUp {
  return { kind: 'gave_up', error, newRequestId };
}

export interface FollowOptions {
  readonly judge: (reply: Reply) => Verdict;
  readonly clock: Clock;
  readonly waits: Waits;
  readonly onProgress: (event: { readonly stage: Stage; readonly engineStatus?: string }) => void;
}

interface Follower {
  readonly events: EmbedEvents;
  /** Resolves if the embed gives up. Rejects with the error that ends the job. */
  readonly end: Promise<GaveUp>;
  /** Resolves with the service's reply when the picture is made. The page still has to fetch it. */
  readonly made: Promise<Reply>;
  /** Something outside the calls ends the job. */
  fail(error: unknown): void;
  stop(): void;
}

/** Follows the embed's calls until it succeeds, gives up, falls silent, or meets what no embed can pass. */
export function followEmbed({ judge, clock, waits, onProgress }: FollowOptions): Follower {
  const end = Promise.withResolvers<GaveUp>();
  const made = Promise.withResolvers<Reply>();
  const timeouts = createNamedTimeouts(clock);
  let isPatient = false;
  let onSilence = (): void => end.reject(changed('embed page: fell silent before it asked for a picture'));

  const follow = (reply: Reply, verdict: Verdict): void => {
    switch (verdict.kind) {
      case 'go_on':
        return;
      case 'verify':
        isPatient = true;
        // The page may reload and start the check again. The time for it does not start again.
        if (timeouts.isSet('verification')) return;
        timeouts.set('verification', waits.verification, () => end.reject(challenged('verification did not complete')));
        return;
      case 'verified':
        isPatient = false;
        timeouts.clear('verification');
        return;
      case 'done':
        isPatient = true;
        made.resolve(reply);
        return;
      case 'wait': {
        const { meaning, step } = verdict;
        isPatient = meaning.isOpenEnded === true || timeouts.isSet('verification');
        onSilence = () =>
          end.resolve(gaveUp(endedBy(meaning.code, `${step}, then silence`), meaning.newRequestId === true));
        return;
      }
      case 'fail':
        end.reject(verdict.error);
    }
  };

  const events: EmbedEvents = {
    onDocumentFailed(errorText) {
      const error = navigationFailure('embed page', errorText);
      if (error.details.restMs === undefined) end.resolve(gaveUp(error));
      else end.reject(error);
    },
    onVerificationBlocked: (errorText) => end.reject(challenged(`verification script: ${errorText}`)),
    onCall(endpoint) {
      timeouts.clear('silence');
      if (BEACONS[endpoint] === 'verification') end.reject(challenged('the verification failed in the page'));
      if (BEACONS[endpoint] === 'download') end.resolve(gaveUp(failed('the page cannot fetch the picture'), true));
    },
    onReply(reply, openCalls) {
      const verdict = judge(reply);
      const stage = verdict.kind === 'done' ? 'download' : 'generate';
      if (reply.status !== undefined) onProgress({ stage, engineStatus: `${reply.endpoint}: ${reply.status}` });
      follow(reply, verdict);
      if (!isPatient && openCalls === 0) timeouts.set('silence', waits.silence, () => onSilence());
    },
  };

  return { events, end: end.promise, made: made.promise, fail: end.reject, stop: timeouts.clearAll };
}
