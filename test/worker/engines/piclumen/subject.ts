import { readSettings } from '../../../../shared/service/config.ts';
import type { Logger } from '../../../../shared/service/log.ts';
import { piclumen } from '../../../../worker/engines/piclumen/index.ts';
import type { EngineSubject } from '../../../contracts/engine.ts';
import { createEngineServices } from '../../../contracts/engine-services.ts';
import type { Misbehaviour, StandInReply } from '../../../stand-ins/http-stand-in.ts';
import {
  createPiclumenStandIn,
  PICLUMEN_TOKEN,
  type PiclumenStandIn,
} from '../../../stand-ins/piclumen/piclumen-stand-in.ts';
import { createHurriedClock } from '../../../support/hurried-clock.ts';

export const CREATE = '/api/gen/create';
export const STATUS = '/api/task/batch-process-task';
export const PICTURE = '/normal/';

export interface PiclumenSubject extends EngineSubject {
  readonly standIn: PiclumenStandIn;
  readonly waits: readonly number[];
}

export async function createSubject(log?: Logger, environment: Record<string, string> = {}): Promise<PiclumenSubject> {
  const standIn = await createPiclumenStandIn();
  const clock = createHurriedClock();
  const settings = readSettings(piclumen.settings, {
    PICLUMEN_API_URL: standIn.url,
    PICLUMEN_TOKEN,
    ...environment,
  });
  const engine = piclumen.create(settings, createEngineServices({ clock, log }));
  return { engine, standIn, waits: clock.waits, secrets: [PICLUMEN_TOKEN], close: () => standIn.close() };
}

export const answering =
  (path: string, answer: StandInReply | Misbehaviour, times = Number.POSITIVE_INFINITY) =>
  ({ standIn }: PiclumenSubject): void => {
    let left = times;
    standIn.interfere((request) => {
      if (!request.path.startsWith(path) || left === 0) return undefined;
      left -= 1;
      return answer;
    });
  };

export const refusing = (message: string) => answering(CREATE, { body: { status: 10_001, message, data: null } });
export const failing = (status: string, info: string | null) => (subject: PiclumenSubject) => {
  subject.standIn.looks = [{ status: 'running' }, { status, ...(info === null ? {} : { info }) }];
  subject.standIn.neverEnds = true;
};
