import type { ProgressEvent } from '../../shared/contract/generation.ts';
import type { ProductionEvent } from '../../shared/contract/wire.ts';
import { toAppError, toErrorRecord } from '../../shared/errors.ts';
import type { Logger } from '../../shared/service/log.ts';
import type { Clock } from '../../shared/wait.ts';
import type { ProductionWatch } from '../production/observer.ts';
import type { Produce } from '../production/produce.ts';
import { stackOf } from '../production/stack-of.ts';
import { createStageTimes } from '../production/stage-times.ts';
import { createProgressPace } from './progress-pace.ts';

export type Listener = (event: ProductionEvent) => void;

interface ReportsOptions {
  /** Fields of every log line of the production. */
  readonly line: { readonly requestId: string; readonly trace: string; readonly run: string; readonly worker: string };
  readonly watch: ProductionWatch;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Reports one production to its listeners, to the observer and to the log. */
export function createReports(listeners: ReadonlySet<Listener>, { line, watch, clock, log }: ReportsOptions) {
  const send: Listener = (event) => {
    for (const listener of listeners) listener(event);
  };
  let lastEngine: string | undefined;
  const times = createStageTimes(clock);
  const pace = createProgressPace({
    send: (events) => {
      for (const event of events) send({ type: 'progress', ...event });
    },
    isUrgent,
    onFailure: (error) => log.error({ ...line, err: error }, 'the progress of a production could not be sent'),
    clock,
  });
  return {
    progress: (event: ProgressEvent): void => {
      lastEngine = event.engine ?? lastEngine;
      times.enter(event.stage);
      watch.progress(event);
      pace.add(event);
    },
    result: (made: Awaited<ReturnType<Produce>>): void => {
      const result = { ...made, worker: line.worker, timings: times.totals() };
      const { engine, timings, attempts, pictures } = result;
      watch.ended({ engine, outcome: 'done', timings });
      log.info({ ...line, engine, attempts, timings, stores: pictures.map(({ store }) => store) }, 'produced');
      send({ type: 'result', result });
    },
    failure: (thrown: unknown): void => {
      const error = toAppError(thrown);
      const timings = times.totals();
      watch.ended({ engine: lastEngine, outcome: error.code, timings });
      const failed = { ...line, engine: lastEngine, code: error.code, reason: error.message, timings };
      if (error.code === 'internal') log.error({ ...failed, stack: stackOf(thrown) }, 'a production failed');
      else log.warn(failed, 'a production failed');
      send({ type: 'error', error: toErrorRecord(error) });
    },
    postponed: (milliseconds: number): void => {
      watch.postponed();
      log.info({ ...line, engine: lastEngine, milliseconds, timings: times.totals() }, 'postponed');
      send({ type: 'postponed', milliseconds });
    },
    end: pace.end,
  };
}

const isUrgent = ({ stage, engine, preview }: ProgressEvent, last: ProgressEvent | undefined): boolean =>
  stage !== last?.stage || engine !== last.engine || preview !== undefined;
