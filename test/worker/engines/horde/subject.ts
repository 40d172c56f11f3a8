import { readSettings } from '../../../../shared/service/config.ts';
import type { Logger } from '../../../../shared/service/log.ts';
import { horde } from '../../../../worker/engines/horde/index.ts';
import type { EngineSubject } from '../../../contracts/engine.ts';
import { createEngineServices } from '../../../contracts/engine-services.ts';
import { createHordeStandIn, HORDE_KEY, type HordeStandIn } from '../../../stand-ins/horde/horde-stand-in.ts';
import { createHurriedClock } from '../../../support/hurried-clock.ts';

export interface HordeSubject extends EngineSubject {
  readonly standIn: HordeStandIn;
}

export async function createSubject(log?: Logger, environment: Record<string, string> = {}): Promise<HordeSubject> {
  const standIn = await createHordeStandIn();
  const settings = readSettings(horde.settings, {
    HORDE_URL: standIn.url,
    HORDE_API_KEY: HORDE_KEY,
    ...environment,
  });
  const engine = horde.create(settings, createEngineServices({ clock: createHurriedClock(), log }));
  return { engine, standIn, secrets: [HORDE_KEY], close: () => standIn.close() };
}
