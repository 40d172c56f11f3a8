import { EXIT } from './failure.ts';

/** The reason of an aborted signal: Ctrl-C, a closed terminal, or a closed pipe behind standard output. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Aborts the signal; a second call ends the process at once. */
  readonly interrupt: () => void;
}

/** Runs `task` with a signal that aborts when the process gets SIGINT, SIGTERM or SIGHUP. */
export async function interruptible<T>(task: (interrupt: Interrupt) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(new Interrupted('interrupted'));
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  try {
    return await task({ signal: controller.signal, interrupt });
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}
