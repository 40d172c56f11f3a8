import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { createRandom, type Random } from '../../../support/random.ts';
import { createCheck, type FuzzAnswer } from './answers.ts';
import { type Document, type Operation, toOperations } from './document.ts';
import { type FuzzRequest, toRequest } from './requests.ts';
import type { Limits } from './values.ts';

/** Sends generated requests of every documented operation to a running gateway and checks every answer. */

export interface FuzzOptions {
  readonly url: string;
  readonly seed: number;
  readonly requests: number;
  readonly limits: Limits;
  /** Before each request. */
  readonly prepare?: (random: Random) => void;
  readonly isWanted?: (operation: Operation) => boolean;
}

export interface FuzzReport {
  readonly sent: number;
  /** Number of answers by status. */
  readonly statuses: Readonly<Record<number, number>>;
  readonly operations: number;
  /** One line for each fault, with the request. */
  readonly faults: readonly string[];
}

/** One that is held, or a stream, waits for its picture, and the worker gives an engine three minutes for it. */
const MAX_ANSWER_MS = 60_000;

export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const document = (await (await fetch(`${options.url}/openapi.json`)).json()) as Document;
  const check = createCheck(document);
  const operations = toOperations(document).filter(options.isWanted ?? (() => true));
  const random = createRandom(options.seed);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const statuses: Record<number, number> = {};
  const faults: string[] = [];
  const ids: string[] = [];
  for (let index = 0; index < options.requests; index++) {
    const operation = operations[index % operations.length];
    if (operation === undefined) break;
    options.prepare?.(random);
    const request = toRequest(operation, { random, limits: options.limits, ids });
    const answer = await send(options.url, request, agent).catch((error: unknown) => {
      const how = error instanceof Unfinished ? error.message : 'got no answer';
      throw new Error(`#${index} ${toLine(request)} ${how}`, { cause: error });
    });
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
    ids.push(...findIds(answer));
    const wrong = check(operation, request, answer);
    if (wrong.length > 0) faults.push(`#${index} ${describe(request, answer)}: ${wrong.join('; ')}`);
  }
  agent.destroy();
  return { sent: options.requests, statuses, operations: operations.length, faults };
}

async function send(url: string, { method, path, headers, body }: FuzzRequest, agent: Agent): Promise<FuzzAnswer> {
  const { hostname, port } = new URL(url);
  const signal = AbortSignal.timeout(MAX_ANSWER_MS);
  const length = body === undefined ? {} : { 'content-length': String(body.length) };
  const sent = httpRequest({ hostname, port, method, path, headers: { ...headers, ...length }, agent, signal });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch (error) {
    throw new Unfinished(response.statusCode, Buffer.concat(chunks), error);
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
}

/** Not the same as no answer: a stream, or one that is held, waits for a picture that does not come. */
class Unfinished extends Error {
  constructor(status: number | undefined, came: Buffer, cause: unknown) {
    super(`was answered ${status}, and the answer did not end: …${came.subarray(-200)}`, { cause });
  }
}

const ID = /"(?:job_id|mark_id)":"([\w-]+)"|\/images\/([\w.-]+)"/g;

const findIds = ({ headers, body }: FuzzAnswer): string[] =>
  String(headers['content-type']).startsWith('application/json')
    ? [...body.toString().matchAll(ID)].map(([, job, picture]) => job ?? picture ?? '')
    : [];

const toLine = ({ method, path, headers, body }: FuzzRequest): string =>
  `${method} ${path.slice(0, 300)} ${JSON.stringify(headers)} ${body?.toString().slice(0, 300) ?? ''}`;

const describe = (request: FuzzRequest, { status, body }: FuzzAnswer): string =>
  `${toLine(request)} -> ${status} ${body.toString().slice(0, 300)}`;
