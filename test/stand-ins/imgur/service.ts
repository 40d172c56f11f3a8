import type { Request, Response } from 'express';
import type { Waits } from '../waits.ts';
import type { CreditAccount } from './credits.ts';
import type { Behaviour, Failure } from './modes.ts';
import type { StoredPicture } from './stored-picture.ts';

export type ImgurLimits = {
  /** Client ids that are known; any other is refused. */
  clientIds: readonly string[];
  maxBytes: number;
  /** PNGs above this many bytes are stored as JPEG. */
  pngConversionBytes: number;
};

/** The state that the calls share. */
export type Service = {
  limits: ImgurLimits;
  credits: CreditAccount;
  waits: Waits;
  pictures: StoredPicture[];
  /** The address of the server, without a slash at the end. */
  origin(): string;
  behaviour(): Behaviour;
  /** Whether the mode still applies to uploads. Counts one upload. */
  takeTurn(): boolean;
};

/** Every reply of the API carries the rate headers. */
export function sendData(service: Service, response: Response, data: unknown): void {
  response.set(service.credits.headers()).json({ data, success: true, status: 200 });
}

export function sendFailure(service: Service, response: Response, failure: Failure): void {
  if (failure.clientRemaining !== undefined) service.credits.set({ clientRemaining: failure.clientRemaining });
  response.status(failure.httpStatus).set({ ...service.credits.headers(), ...failure.headers });
  if (typeof failure.body === 'string') response.type('html').send(failure.body);
  else response.json(failure.body);
}

/** The id of an `Authorization: Client-ID <id>` header. */
export function clientIdOf(request: Request): string | null {
  return /^Client-ID (\S+)$/.exec(request.get('authorization') ?? '')?.[1] ?? null;
}
