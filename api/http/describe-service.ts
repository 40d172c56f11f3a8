import type { Request } from 'express';
import type { ServiceDescription } from '../dialects/dialect.ts';

interface ServiceOptions {
  readonly version: string;
  readonly publicUrl: string | undefined;
  readonly engines: () => readonly string[];
  readonly needsKey: boolean;
  readonly now: () => number;
}

/** What a dialect may say about this deployment, as seen by whoever sent the request. */
export function createDescribe({ version, publicUrl, engines, needsKey, now }: ServiceOptions) {
  return (request: Request): ServiceDescription => {
    // `host` and `protocol` obey `trust proxy`: behind one they are those that the client used.
    const base = publicUrl ?? `${request.protocol}://${request.host}`;
    return { version, engines: engines(), needsKey, toAbsoluteUrl: (path) => new URL(path, base).href, now: now() };
  };
}
