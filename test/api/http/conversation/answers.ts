/** Parses the answers of one connection. */
export interface AnswerReader {
  add(bytes: Buffer): void;
  /** Call it when the connection has ended, which also ends an answer without a length. */
  end(): void;
  /** Status of each complete answer, in order, without interim answers (1xx). */
  readonly statuses: readonly number[];
  /** Whether the last complete answer has `Connection: close`. */
  readonly saysClose: boolean;
}

/** `methods`: those of the requests, in order, because an answer to HEAD has no body. */
export function createAnswerReader(methods: readonly string[]): AnswerReader {
  const statuses: number[] = [];
  let saysClose = false;
  let buffered = Buffer.alloc(0);

  /** Removes the first answer from the buffer. Returns whether it was complete. */
  function take(hasEnded: boolean): boolean {
    const headEnd = buffered.indexOf('\r\n\r\n');
    if (headEnd < 0) return false;
    const head = buffered.subarray(0, headEnd).toString('latin1');
    const status = Number(head.slice(9, 12));
    const start = headEnd + 4;
    const end = status < 200 ? start : endOfBody(head, status, start, hasEnded);
    if (end === undefined) return false;
    buffered = buffered.subarray(end);
    if (status >= 200) {
      statuses.push(status);
      saysClose = /^connection: close/im.test(head);
    }
    return true;
  }

  function endOfBody(head: string, status: number, start: number, hasEnded: boolean): number | undefined {
    if (methods[statuses.length] === 'HEAD' || status === 204 || status === 304) return start;
    const length = /^content-length: (\d+)/im.exec(head)?.[1];
    if (length !== undefined) return atMost(start + Number(length));
    if (/^transfer-encoding: chunked/im.test(head)) return endOfChunks(start);
    return hasEnded ? buffered.length : undefined;
  }

  function endOfChunks(start: number): number | undefined {
    for (let at = start; ; ) {
      const lineEnd = buffered.indexOf('\r\n', at);
      if (lineEnd < 0) return undefined;
      const size = Number.parseInt(buffered.subarray(at, lineEnd).toString('latin1'), 16);
      at = lineEnd + 2 + size + 2;
      if (size === 0) return atMost(at);
      if (at > buffered.length) return undefined;
    }
  }

  const atMost = (end: number): number | undefined => (end <= buffered.length ? end : undefined);

  return {
    add: (bytes) => {
      buffered = Buffer.concat([buffered, bytes]);
      while (take(false));
    },
    end: () => {
      while (take(true));
    },
    statuses,
    get saysClose() {
      return saysClose;
    },
  };
}
