import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '../../shared/errors.ts';
import { toRequestId } from '../../shared/net/http.ts';
import type { Logger } from '../../shared/service/log.ts';
import { encodeNativeError } from '../dialects/native.ts';
import { holdEnd } from './body/hold-end.ts';
import { addressOfSocket } from './public-url.ts';

/** Requests that Node's parser refuses never reach Express. They are answered here, with a sentence too. */

/** Limit for address and headers together, and so for the memory of half-sent requests. */
const MAX_HEADER_BYTES = 65_536;

/** How long a client may continue to send after the answer. If it were cut off at once, it could not read the answer. */
const LINGER_MS = 1000;

interface ServerOptions {
  readonly publicUrl: string | undefined;
  readonly log: Logger;
}

/** A server without a listener for requests; add the app as one. */
export function createGatewayServer({ publicUrl, log }: ServerOptions): Server {
  // Node would answer a request without Host with an empty 400. The app's answer says what is missing.
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, requireHostHeader: false });
  const refused = new WeakSet<object>();
  server.on('request', (request, response) => {
    // Nothing is upgraded here, but Node drops what came in the same packet behind such a request.
    if (asksForUpgrade(request)) response.shouldKeepAlive = false;
    holdEnd(request, response);
  });
  server.on('clientError', (fault: ParserError, socket: AnsweringSocket) => {
    // The parser reports the rest of the same bytes again.
    if (refused.has(socket)) return;
    refused.add(socket);
    const answerError = (): void => {
      if (fault.code === 'ECONNRESET' || !socket.writable) socket.destroy();
      else refuse(socket, toError(fault, publicUrl ?? addressOfSocket(socket)), log);
    };
    const answer = socket._httpMessage;
    const isUnderway = answer?.headersSent === true && !answer.writableFinished;
    // Another request on this connection is still being answered.
    if (isUnderway) answer.once('close', answerError);
    else answerError();
  });
  return server;
}

interface AnsweringSocket extends Socket {
  /** The answer that is being sent. Node's own handler of `clientError` looks at it too, and there is no other name. */
  readonly _httpMessage?: ServerResponse | null;
}

const asksForUpgrade = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade !== undefined && /\bupgrade\b/i.test(headers.connection ?? '');

interface ParserError extends Error {
  readonly code?: string;
  readonly rawPacket?: Buffer;
}

/** The error for a code of Node's parser (llhttp) or of its time limits. */
function toError({ code = '', rawPacket }: ParserError, base: string): AppError {
  const reason = `the parser refuses: ${code}`;
  switch (code) {
    case 'HPE_HEADER_OVERFLOW': {
      const publicMessage = `Address and headers are longer than ${MAX_HEADER_BYTES / 1024} kB. ${LONG_PROMPTS}`;
      return new AppError('payload_too_large', reason, { status: 431, publicMessage });
    }
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new AppError('payload_too_large', reason);
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new AppError('invalid_request', reason, {
        status: 408,
        publicMessage: 'The request did not arrive in time.',
      });
    case 'HPE_INVALID_URL':
    case 'HPE_INVALID_CONSTANT':
      return new AppError('invalid_request', reason, { field: 'path', publicMessage: toAdvice(base) });
    default:
      return new AppError('invalid_request', reason, { publicMessage: isTls(rawPacket) ? NO_TLS : NO_HTTP });
  }
}

export const LONG_PROMPTS = 'Send a long prompt in the body of POST /jobs or POST /v1/images/generations.';
const NO_HTTP = 'This is not a valid HTTP/1.1 request.';
const NO_TLS = 'This port speaks plain HTTP. Use http://, or put a proxy with a certificate in front.';

const toAdvice = (base: string): string =>
  'The address contains a character that must be percent-encoded, such as é or a space. ' +
  `curl does it: curl -G "${base}/generate" --data-urlencode "prompt=café au lait"`;

/** The first byte of a TLS handshake. */
const isTls = (packet: Buffer | undefined): boolean => packet?.[0] === 0x16;

function refuse(socket: Socket, error: AppError, log: Logger): void {
  const requestId = toRequestId(undefined);
  log.info({ requestId, status: error.status, code: error.code, reason: error.message }, 'refused');
  const { status, body } = encodeNativeError(error);
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  socket.on('error', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
  const linger = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(linger));
}
