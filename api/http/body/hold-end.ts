import type { IncomingMessage, ServerResponse } from 'node:http';
import { hasBody } from './read-body.ts';

/** How long a client may continue to send its body after the answer. */
const LINGER_MS = 5000;

/**
 * Node closes a connection that is not kept alive (`Connection: close`, HTTP/1.0, as nginx asks by default) right after
 * the answer. If the client still sends its body, the kernel resets the connection, and the client loses the answer. So the
 * answer is sent at once, but ended only when the body has arrived, or after a while.
 */
export function holdEnd(request: IncomingMessage, response: ServerResponse): void {
  if (response.shouldKeepAlive || !hasBody(request)) return;
  const end = response.end.bind(response);

  function untilBodyHasCome(): void {
    const finish = (): void => {
      clearTimeout(cut);
      request.off('end', finish);
      request.off('close', finish);
      end();
    };
    const cut = setTimeout(finish, LINGER_MS);
    request.once('end', finish);
    request.once('close', finish);
    request.resume();
  }

  response.end = ((...args: Parameters<typeof end>) => {
    response.end = end;
    const [chunk] = args;
    if (request.complete || request.destroyed) return end(...args);
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) {
      if (!response.headersSent && !response.hasHeader('Content-Length')) {
        response.setHeader('Content-Length', Buffer.byteLength(chunk));
      }
      response.write(chunk);
    } else response.flushHeaders();
    untilBodyHasCome();
    return response;
  }) as typeof response.end;
}
