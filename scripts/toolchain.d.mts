/** What the services are started with: this process's own environment, to which `.env` is added. */
export const environment: NodeJS.ProcessEnv;

/** Finds a Chromium, else installs one, else ends the process and says what to run instead of `command`. */
export function ensureChromium(command?: string): Promise<void>;
