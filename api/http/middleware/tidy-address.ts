import type { Request, RequestHandler } from 'express';

/** The parts of a request that decide its route. */
type RoutedRequest = Pick<Request, 'method' | 'url' | 'headers'>;

/**
 * Corrects an address whose base URL ended with a slash (`//v1/images/generations`), that lacks OpenAI's `/v1`, or that is
 * absolute as for a proxy (`GET http://host/path`). `basePath` is the path of PUBLIC_URL, or '' if it has none. A proxy in
 * front may already have removed it.
 */
export function tidyAddress(basePath: string): RequestHandler {
  return (request, _response, next) => {
    const url = toOwnPath(toOriginForm(request.url), basePath);
    const tidy = withVersion({ method: request.method, url, headers: request.headers });
    if (tidy !== request.url) request.url = tidy;
    next();
  };
}

/** RFC 9112, 3.2.2: a server must accept the absolute form too. */
function toOriginForm(url: string): string {
  if (url.startsWith('/') || !URL.canParse(url)) return url;
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

function toOwnPath(url: string, basePath: string): string {
  const clean = withoutDoubledSlashes(url);
  if (basePath === '' || !clean.startsWith(basePath)) return clean;
  const rest = clean.slice(basePath.length);
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? withoutDoubledSlashes(rest) : clean;
}

/** In these paths the prompt's own slashes are text. */
const PROMPT_PATH = /^\/+(?:prompt|image)\/+(?=[^/?])/i;

function withoutDoubledSlashes(url: string): string {
  if (!url.includes('//')) return url;
  const end = PROMPT_PATH.exec(url)?.[0].length ?? endOfPath(url);
  return url.slice(0, end).replace(/\/{2,}/g, '/') + url.slice(end);
}

const endOfPath = (url: string): number => (url.includes('?') ? url.indexOf('?') : url.length);

const OPENAI_PATH = /^\/(?:images\/(?:generations|edits|variations)|models)(?:[/?]|$)/i;

/** `GET /models` belongs to Pollinations and answers another list. Only requests of OpenAI's SDKs get OpenAI's. */
function withVersion({ method, url, headers }: RoutedRequest): string {
  if (!OPENAI_PATH.test(url)) return url;
  const isList = /^\/models\/?(?:\?|$)/i.test(url);
  const isMeant = url.startsWith('/models') ? !isList || headers['x-stainless-lang'] !== undefined : method === 'POST';
  return isMeant ? `/v1${url}` : url;
}
