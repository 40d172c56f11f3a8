import type { Random } from '../../../support/random.ts';
import type { Operation, Parameter } from './document.ts';
import { type Limits, toBadValue, toObject, toValue } from './values.ts';

export interface FuzzRequest {
  readonly method: string;
  /** The target in the request's first line. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

export interface Fuzzing {
  readonly random: Random;
  readonly limits: Limits;
  /** Ids that the service gave out, for parameters that want one. */
  readonly ids: readonly string[];
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;

/** A request of one operation: as documented, or with one to three things wrong. */
export function toRequest(operation: Operation, fuzzing: Fuzzing): FuzzRequest {
  const { random } = fuzzing;
  const faults = random.chance(0.5) ? 0 : random.int(1, 3);
  let draft = toDraft(operation, fuzzing);
  for (let fault = 0; fault < faults; fault++) draft = random.pick(FAULTS)(draft, random);
  const query = draft.query.map(([name, value]) => `${encodeURIComponent(name)}=${toQueryText(value)}`).join('&');
  return {
    method: draft.method,
    path: query === '' ? draft.path : `${draft.path}?${query}`,
    headers: { ...toHeaders(random), ...draft.headers },
    body: draft.body === undefined ? undefined : toBytes(draft.body),
  };
}

interface Draft {
  readonly method: string;
  readonly path: string;
  readonly query: ReadonlyArray<readonly [name: string, value: unknown]>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

function toDraft({ method, path, parameters = [], requestBody }: Operation, fuzzing: Fuzzing): Draft {
  const { random, limits } = fuzzing;
  const content = requestBody?.content['application/json'];
  const body = content?.schema === undefined ? undefined : toObject(content.schema, random, limits);
  const asked = parameters.filter((parameter) => parameter.required || random.chance(0.4));
  return {
    method: method === 'GET' && random.chance(0.05) ? 'HEAD' : method,
    path: path.replace(/\{(\w+)\}/g, (_match, name: string) => {
      const parameter = parameters.find((candidate) => candidate.in === 'path' && candidate.name === name);
      return encodeSafely(String(toParameter(parameter, fuzzing)) || 'x');
    }),
    query: asked
      .filter((parameter) => parameter.in === 'query')
      .map((parameter) => [parameter.name, toParameter(parameter, fuzzing)]),
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: content?.example !== undefined && random.chance(0.2) ? content.example : body,
  };
}

const IDS = /^(id|mark_id|name)$/;

function toParameter(parameter: Parameter | undefined, { random, limits, ids }: Fuzzing): unknown {
  if (parameter === undefined) return 'x';
  const known = ids[random.int(0, Math.max(0, ids.length - 1))];
  if (IDS.test(parameter.name) && known !== undefined && random.chance(0.7)) return known;
  return toValue(parameter.schema, parameter.name, random, limits);
}

/** Lone surrogates have no percent-encoding. */
const encodeSafely = (text: string): string => encodeURIComponent(text.toWellFormed());

const toQueryText = (value: unknown): string =>
  encodeSafely(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

const toBytes = (body: unknown): Buffer => (Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)));

const isObject = (body: unknown): body is Record<string, unknown> =>
  typeof body === 'object' && body !== null && !Buffer.isBuffer(body) && !Array.isArray(body);

const FAULTS: readonly [Fault, ...Fault[]] = [
  // A value that is not allowed, in the body or in the query.
  (draft, random) => {
    if (!isObject(draft.body)) return withBadQuery(draft, random);
    const names = Object.keys(draft.body);
    const name = names[random.int(0, names.length - 1)] ?? 'prompt';
    return { ...draft, body: { ...draft.body, [name]: toBadValue(random) } };
  },
  // A required field is missing.
  (draft, random) => {
    if (!isObject(draft.body)) return { ...draft, query: draft.query.slice(random.int(0, 1)) };
    const [first, ...rest] = Object.entries(draft.body);
    return { ...draft, body: Object.fromEntries(random.chance(0.5) || first === undefined ? rest : [first]) };
  },
  // An unknown field.
  (draft, random) => {
    const name = random.pick(['unknown', '__proto__', 'constructor', 'prompt[]', 'prompt[a]', 'toString']);
    if (!isObject(draft.body)) return { ...draft, query: [...draft.query, [name, toBadValue(random)]] };
    return { ...draft, body: JSON.parse(`{${JSON.stringify(name)}:{"a":1}}`) as unknown };
  },
  // A parameter twice.
  (draft) => ({ ...draft, query: [...draft.query, ...draft.query.slice(0, 1)] }),
  (draft, random) => withBadQuery(draft, random),
  // A body that is no JSON, or not an object.
  (draft, random) => ({
    ...draft,
    headers: { 'content-type': 'application/json' },
    body: random.pick([
      Buffer.from('{"prompt":'),
      Buffer.from([0x22, 0xff, 0xfe, 0x22]),
      Buffer.from('[1,2]'),
      Buffer.from('"text"'),
      Buffer.from('null'),
      Buffer.from('7'),
      Buffer.from(''),
      Buffer.from(`${'['.repeat(5000)}${']'.repeat(5000)}`),
      Buffer.from(JSON.stringify({ prompt: 'x'.repeat(300_000) })),
    ]),
  }),
  // A body of another type, or one that does not match its headers.
  (draft, random) => ({
    ...draft,
    headers: random.pick<Record<string, string>>([
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/x-www-form-urlencoded' },
      { 'content-type': 'multipart/form-data; boundary=x' },
      { 'content-type': 'application/json; charset=utf-16' },
      { 'content-type': 'application/json; charset=nonsense' },
      { 'content-type': 'nonsense' },
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      { 'content-type': 'application/json', 'content-encoding': 'nonsense' },
      {},
    ]),
    body: draft.body ?? Buffer.from('prompt=fox'),
  }),
  // Another method.
  (draft, random) => ({ ...draft, method: random.pick(METHODS) }),
  // A broken or a strange address.
  (draft, random) => ({
    ...draft,
    path:
      draft.path +
      random.pick(['/', '/x', '%', '%ff', '%00', '%2f..%2f..', '//', ';a=b', '/%zz', `/${'y'.repeat(3000)}`]),
  }),
];

type Fault = (draft: Draft, random: Random) => Draft;

function withBadQuery(draft: Draft, random: Random): Draft {
  const [name] = draft.query[random.int(0, Math.max(0, draft.query.length - 1))] ?? ['prompt'];
  return { ...draft, query: [...draft.query.filter(([other]) => other !== name), [name, toBadValue(random)]] };
}

const HEADERS: ReadonlyArray<readonly [name: string, values: readonly [string, ...string[]]]> = [
  ['prefer', ['respond-async', 'wait=5', 'nonsense']],
  ['cache-control', ['no-cache', 'max-age=0']],
  ['idempotency-key', ['key-1', 'k'.repeat(300), '{}']],
  ['last-event-id', ['0', '1', '-1', 'NaN', '1e99']],
  ['if-none-match', ['"picture-0"', '*', 'W/"x"']],
  ['authorization', ['Bearer x', 'Basic !!!', 'nonsense nonsense', 'Bearer']],
  ['x-request-id', ['mine-1', 'with space', 'x'.repeat(500)]],
  ['traceparent', ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'nonsense']],
  ['accept', ['application/json', 'text/html', 'image/*', 'nonsense']],
  ['origin', ['https://elsewhere.example', 'null']],
  ['host', ['elsewhere.example', 'localhost:1']],
  ['x-forwarded-for', ['1.2.3.4', 'nonsense']],
];

const toHeaders = (random: Random): Record<string, string> =>
  Object.fromEntries(HEADERS.filter(() => random.chance(0.06)).map(([name, values]) => [name, random.pick(values)]));
