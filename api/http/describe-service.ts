import type { Request } from 'express';
import type { ServiceDescription } from '../dialects/dialect.ts';
import { addressOf, createToAbsoluteUrl, toBasePath } from './public-url.ts';

interface ServiceOptions {
  readonly version: string;
  readonly publicUrl: string | undefined;
  readonly engines: () => readonly string[];
  readonly needsKey: boolean;
  readonly now: () => number;
}

/** What a dialect may say about this deployment, with addresses as the caller reaches them. */
export function createDescribe({ version, publicUrl, engines, needsKey, now }: ServiceOptions) {
  const basePath = toBasePath(publicUrl);
  return (request: Request): ServiceDescription => {
    return {
      version,
      engines: engines(),
      needsKey,
      toAbsoluteUrl: createToAbsoluteUrl(publicUrl ?? addressOf(request)),
      toPath: (path) => `${basePath}${path}`,
      now: now(),
    };
  };
}
