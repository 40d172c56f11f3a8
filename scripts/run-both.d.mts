interface Places {
  readonly host: string;
  readonly port: number;
  readonly workerPort: number;
}

export function takePlaces(options?: { readonly takesAny?: boolean }): Promise<Places>;

interface Options {
  readonly packageFolder: string;
  readonly cwd: string;
  readonly describe?: (address: string) => string;
}

export function runBoth(places: Places, options: Options): Promise<number>;
