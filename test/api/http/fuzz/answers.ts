import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Document, Operation } from './document.ts';
import type { FuzzRequest } from './requests.ts';

export interface FuzzAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** Returns one sentence for each fault of an answer. Empty when it matches the OpenAPI document. */
export type CheckAnswer = (operation: Operation, request: FuzzRequest, answer: FuzzAnswer) => readonly string[];

const NO_BODY: ReadonlySet<number> = new Set([204, 302, 303, 304]);
const WAITABLE: ReadonlySet<number> = new Set([202, 429, 503]);
/** Paths of files, line numbers, and names of the runtime. */
const INTERNALS = /internal words|node_modules|\.ts:\d+|^\s+at /m;

export function createCheck(document: Document): CheckAnswer {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addFormat('base64', /^[A-Za-z0-9+/]*={0,2}$/);
  ajv.addSchema(document, 'document');

  function checkJson(operation: Operation, status: number, body: string): string[] {
    const parts = ['paths', operation.path, operation.method.toLowerCase(), 'responses', String(status), 'content'];
    const pointer = [...parts, 'application/json', 'schema'].map(escapePointer).join('/');
    const validate = ajv.getSchema(`document#/${pointer}`);
    if (validate === undefined) return ['the document declares no JSON for this status'];
    if (validate(JSON.parse(body))) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  }

  function checkDeclared(operation: Operation, request: FuzzRequest, { status, headers, body }: FuzzAnswer): string[] {
    // `*` matches any existing entity (RFC 9110, 13.1.2).
    if (status === 304 && request.headers['if-none-match'] === '*') return [];
    const declared = operation.responses[status];
    if (declared === undefined) return [`status ${status} is not declared`];
    if (request.method === 'HEAD' || NO_BODY.has(status)) return body.length > 0 ? ['a body where none belongs'] : [];
    const type = String(headers['content-type'] ?? '');
    if (type.startsWith('application/json')) return checkJson(operation, status, body.toString());
    const types = Object.keys(declared.content ?? {});
    return types.some((range) => type.startsWith(range.replace('*', ''))) ? [] : [`type ${type} is not declared`];
  }

  return (operation, request, answer) => {
    const isAsked = request.method === operation.method || (operation.method === 'GET' && request.method === 'HEAD');
    // A changed path or method leads to another operation, or to none.
    const isOwn = isAsked && isPathOf(operation, request);
    return [...checkAlways(answer), ...(isOwn ? checkDeclared(operation, request, answer) : [])];
  };
}

function checkAlways({ status, headers, body }: FuzzAnswer): string[] {
  const text = String(headers['content-type'] ?? '').startsWith('image/') ? '' : body.toString();
  return [
    ...(headers['x-request-id'] === undefined ? ['no X-Request-Id'] : []),
    ...(WAITABLE.has(status) && status !== 202 && headers['retry-after'] === undefined ? ['no Retry-After'] : []),
    ...(status === 405 && headers.allow === undefined ? ['no Allow'] : []),
    ...(INTERNALS.test(text) ? ['it contains something internal'] : []),
  ];
}

/** `/jobs/{id}` as a pattern; a prompt may hold slashes. */
function isPathOf({ path }: Operation, request: FuzzRequest): boolean {
  const pattern = path
    .replace(/[.]/g, '\\.')
    .replace(/\{(\w+)\}/g, (_match, name) => (name === 'prompt' ? '.+' : '[^/]+'));
  return new RegExp(`^${pattern}$`).test(request.path.split('?')[0] ?? '');
}

const escapePointer = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
