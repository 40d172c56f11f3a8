/** One call to the service's API. The reply's fields are null until it is sent. */
export type ApiCall = {
  /** The last part of the path: `verifyUser`, `generate` ... */
  endpoint: string;
  method: string;
  query: Record<string, string>;
  /** The parsed JSON body. Null if there is none or it is not valid. */
  body: Record<string, unknown> | null;
  origin: string | null;
  referer: string | null;
  userAgent: string | null;
  httpStatus: number | null;
  /** The `status` inside the reply's JSON. */
  status: string | null;
  /** Whether the caller left before the reply. */
  isAbandoned: boolean;
};

export type CallLog = {
  calls: ApiCall[];
  add(call: ApiCall): void;
  /** Resolves with the `count`-th call of that endpoint since the last clear, at once when it has already come. */
  waitFor(endpoint: string, count: number): Promise<ApiCall>;
  clear(): void;
};

export function createCallLog(): CallLog {
  const calls: ApiCall[] = [];
  let waiting: { endpoint: string; count: number; resolve: (call: ApiCall) => void }[] = [];

  function find(endpoint: string, count: number): ApiCall | undefined {
    return calls.filter((call) => call.endpoint === endpoint)[count - 1];
  }

  return {
    calls,
    add(call) {
      calls.push(call);
      waiting = waiting.filter(({ endpoint, count, resolve }) => {
        const found = find(endpoint, count);
        if (found) resolve(found);
        return !found;
      });
    },
    waitFor(endpoint, count) {
      const found = find(endpoint, count);
      if (found) return Promise.resolve(found);
      return new Promise((resolve) => waiting.push({ endpoint, count, resolve }));
    },
    clear() {
      calls.length = 0;
    },
  };
}
