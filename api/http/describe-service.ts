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

/** `preferredEngine`: the one that this caller chose. */
export type Describe = (request: Request, preferredEngine?: string) => ServiceDescription;

/** What a dialect may say about this deployment, with addresses as the caller reaches them. */
export function createDescribe({ version, publicUrl, engines, needsKey, now }: ServiceOptions): Describe {
  const basePath = toBasePath(publicUrl);
  const toPath = (path: string): string => `${basePath}${path}`;
  return (request, preferredEngine) => {
    let toAbsoluteUrl: ServiceDescription['toAbsoluteUrl'] | undefined;
    return {
      version,
      engines,
      preferredEngine,
      needsKey,
      toAbsoluteUrl: (path) => {
        toAbsoluteUrl ??= createToAbsoluteUrl(publicUrl ?? addressOf(request));
        return toAbsoluteUrl(path);
      },
      toPath,
      now: now(),
    };
  };
}
