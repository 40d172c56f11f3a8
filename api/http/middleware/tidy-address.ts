import type { Request, RequestHandler } from 'express';

/** What Express matches a request's address by. */
type Asked = Pick<Request, 'method' | 'url' | 'headers'>;

/**
 * Lets an address find its route although the client's base URL ended with a slash (`//v1/images/generations`), lacks
 * OpenAI's `/v1`, or comes as a proxy is asked (`GET http://host/path`). `basePath` is the path of PUBLIC_URL, which a
 * proxy in front may have taken away or not; '' where there is none.
 */
export function tidyAddress(basePath: string): RequestHandler {
  return (request, _response, next) => {
    const url = toOwnPath(toOriginForm(request.url), basePath);
    const tidy = withVersion({ method: request.method, url, headers: request.headers });
    if (tidy !== request.url) request.url = tidy;
    next();
  };
}

/** RFC 9112, 3.2.2: a server takes the absolute form too. */
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

/** Where a prompt stands in the path, its own slashes are text. */
const PROMPT_PATH = /^\/+(?:prompt|image)\/+(?=[^/?])/i;

function withoutDoubledSlashes(url: string): string {
  if (!url.includes('//')) return url;
  const end = PROMPT_PATH.exec(url)?.[0].length ?? endOfPath(url);
  return url.slice(0, end).replace(/\/{2,}/g, '/') + url.slice(end);
}

const endOfPath = (url: string): number => (url.includes('?') ? url.indexOf('?') : url.length);

const OPENAI_PATH = /^\/(?:images\/(?:generations|edits|variations)|models)(?:[/?]|$)/i;

/** `GET /models` is Pollinations' own, which answers another list: only OpenAI's SDKs are taken to mean theirs. */
function withVersion({ method, url, headers }: Asked): string {
  if (!OPENAI_PATH.test(url)) return url;
  const isList = /^\/models\/?(?:\?|$)/i.test(url);
  const isMeant = url.startsWith('/models') ? !isList || headers['x-stainless-lang'] !== undefined : method === 'POST';
  return isMeant ? `/v1${url}` : url;
}
