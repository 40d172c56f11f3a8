import { readSettings } from '../../../../shared/service/config.ts';
import type { Logger } from '../../../../shared/service/log.ts';
import { automatic1111 } from '../../../../worker/engines/automatic1111/index.ts';
import type { EngineSubject } from '../../../contracts/engine.ts';
import { createEngineServices } from '../../../contracts/engine-services.ts';
import {
  AUTOMATIC1111_AUTH,
  type Automatic1111StandIn,
  createAutomatic1111StandIn,
} from '../../../stand-ins/automatic1111/automatic1111-stand-in.ts';
import type { Misbehaviour, StandInReply } from '../../../stand-ins/http-stand-in.ts';
import { createHurriedClock } from '../../../support/hurried-clock.ts';

export const TXT2IMG = '/sdapi/v1/txt2img';

export interface Automatic1111Subject extends EngineSubject {
  readonly standIn: Automatic1111StandIn;
}

export async function createSubject(log?: Logger): Promise<Automatic1111Subject> {
  const standIn = await createAutomatic1111StandIn();
  const settings = readSettings(automatic1111.settings, { AUTOMATIC1111_URL: `${standIn.url}/`, AUTOMATIC1111_AUTH });
  const engine = automatic1111.create(settings, createEngineServices({ clock: createHurriedClock(), log }));
  const secrets = [AUTOMATIC1111_AUTH, 'correct-horse-battery', Buffer.from(AUTOMATIC1111_AUTH).toString('base64')];
  return { engine, standIn, secrets, close: () => standIn.close() };
}

export const answering =
  (answer: StandInReply | Misbehaviour) =>
  ({ standIn }: Automatic1111Subject): void =>
    standIn.interfere(({ path }) => (path === TXT2IMG ? answer : undefined));

export const blaming = (status: number, detail: string): StandInReply => ({
  status,
  body: {
    error: 'HTTPException',
    detail,
    body: 'a harbour at dusk with red sails, marked',
    errors: AUTOMATIC1111_AUTH,
  },
});
