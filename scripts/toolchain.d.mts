/** The environment of the services: that of this process. `.env` is added to it. */
export const environment: NodeJS.ProcessEnv;

/** Finds or installs a Chromium. If both fail, ends the process and says what to run instead of `command`. */
export function ensureChromium(command?: string): Promise<void>;
