import assert from 'node:assert/strict';
import type { AppError } from '../../../../shared/errors.ts';
import { readSettings } from '../../../../shared/service/config.ts';
import type { Logger } from '../../../../shared/service/log.ts';
import { huggingface } from '../../../../worker/engines/huggingface/index.ts';
import type { EngineSubject } from '../../../contracts/engine.ts';
import { createEngineServices } from '../../../contracts/engine-services.ts';
import type { Misbehaviour, StandInReply } from '../../../stand-ins/http-stand-in.ts';
import {
  createHuggingfaceStandIn,
  HUGGING_FACE_KEY,
  HUGGING_FACE_MODEL,
  type HuggingfaceStandIn,
} from '../../../stand-ins/huggingface/huggingface-stand-in.ts';
import { createHurriedClock } from '../../../support/hurried-clock.ts';

export interface HuggingfaceSubject extends EngineSubject {
  readonly standIn: HuggingfaceStandIn;
}

export async function createSubject(provider: string, log?: Logger, environment = {}): Promise<HuggingfaceSubject> {
  const standIn = await createHuggingfaceStandIn();
  const settings = readSettings(huggingface.settings, {
    HUGGING_FACE_API_URL: `${standIn.url}/hf-inference`,
    HUGGING_FACE_API_KEY: HUGGING_FACE_KEY,
    HUGGING_FACE_MODEL,
    HUGGING_FACE_PROVIDER: provider,
    ...environment,
  });
  const engine = huggingface.create(settings, createEngineServices({ clock: createHurriedClock(), log }));
  return { engine, standIn, secrets: [HUGGING_FACE_KEY], close: () => standIn.close() };
}

export const answering =
  (answer: StandInReply | Misbehaviour, path = /^/) =>
  ({ standIn }: HuggingfaceSubject): void =>
    standIn.interfere((request) => (path.test(request.path) ? answer : undefined));

export const saying = (status: number, error: unknown, headers = {}) => answering({ status, headers, body: { error } });
export const advises = (words: RegExp) => (error: AppError) => assert.match(error.publicMessage, words);
