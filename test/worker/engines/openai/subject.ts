import assert from 'node:assert/strict';
import type { AppError } from '../../../../shared/errors.ts';
import { readSettings } from '../../../../shared/service/config.ts';
import type { Logger } from '../../../../shared/service/log.ts';
import { openai } from '../../../../worker/engines/openai/index.ts';
import type { EngineSubject } from '../../../contracts/engine.ts';
import { createEngineServices } from '../../../contracts/engine-services.ts';
import type { Misbehaviour, StandInReply } from '../../../stand-ins/http-stand-in.ts';
import {
  createOpenaiStandIn,
  OPENAI_KEY,
  type OpenaiServer,
  type OpenaiStandIn,
} from '../../../stand-ins/openai/openai-stand-in.ts';

export interface OpenaiSubject extends EngineSubject {
  readonly standIn: OpenaiStandIn;
}

export async function createSubject(server: OpenaiServer, model: string, log?: Logger): Promise<OpenaiSubject> {
  const standIn = await createOpenaiStandIn(server);
  const environment = { OPENAI_BASE_URL: `${standIn.url}/v1/`, OPENAI_API_KEY: OPENAI_KEY, OPENAI_IMAGE_MODEL: model };
  const engine = openai.create(readSettings(openai.settings, environment), createEngineServices({ log }));
  return { engine, standIn, secrets: [OPENAI_KEY], close: () => standIn.close() };
}

export const answering =
  (answer: StandInReply | Misbehaviour, path = '/v1/') =>
  ({ standIn }: OpenaiSubject): void =>
    standIn.interfere((request) => (request.path.startsWith(path) ? answer : undefined));

export const refusing = (status: number, code: string | null, message: string, type = 'invalid_request_error') =>
  answering({ status, body: { error: { message, type, param: null, code } } });

export const SAFETY = 'Your request was rejected by the safety system: "a harbour at dusk with red sails"';
export const advises = (words: RegExp) => (error: AppError) => assert.match(error.publicMessage, words);
/** A server that answers the picture's URL instead of its bytes. */
export const naming = (url: string) => answering({ body: { created: 1, data: [{ url }] } });
