interface Service {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

interface Options {
  readonly firstDelayMs?: number;
  readonly maxDeaths?: number;
  readonly steadyMs?: number;
  readonly stopLimitMs?: number;
  readonly say?: (sentence: string) => void;
}

export function keepRunning(
  services: readonly Service[],
  options?: Options,
): { stop(code: number): void; readonly ended: Promise<number> };
