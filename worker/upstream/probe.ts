/** What an upstream says about itself when it is asked by a call that makes and costs nothing. */
export interface Probe {
  /** Whether it accepted the key. `unasked`: there is none, or no free call asks for it. */
  readonly authorized: 'yes' | 'no' | 'unasked';
  /** The model that the next request would be sent to, if the upstream names it. */
  readonly model?: {
    readonly name: string;
    /** `unlisted`: it is not in the upstream's list, which may not hold all. */
    readonly state: 'served' | 'gone' | 'unlisted';
    /** The day on which it is shut down: YYYY-MM-DD. */
    readonly endsOn?: string | undefined;
  };
  /** What is left of a quota or credit. */
  readonly quota?: {
    readonly left: number;
    readonly unit: string;
    /** Epoch milliseconds. */
    readonly resetsAt?: number | undefined;
  };
  /** Further sentences for the operator, without secrets. */
  readonly notes?: readonly string[];
}

export interface ProbeContext {
  readonly signal: AbortSignal;
}

/** Asks the upstream once. Throws an AppError when it cannot be reached, or answers otherwise than it documents. */
export type ProbeUpstream = (context: ProbeContext) => Promise<Probe>;

export const isRefusal = ({ status }: { readonly status: number }): boolean => status === 401 || status === 403;
