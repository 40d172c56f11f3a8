/** How long the site's own pages wait, in milliseconds. */
export type Timings = {
  /** For the outer page's reply before the embed goes on with an empty ad access code. */
  adAccessCodeMs: number;
  /** After a failed fetch, the challenge page included. */
  fetchFailureMs: number;
  networkBusyMs: number;
  genFailureMs: number;
  tooManyRequestsMs: number;
  /** Between two of the three attempts to download. */
  downloadPauseMs: number;
  /** Before the page reloads because the Turnstile script did not load. */
  turnstileScriptMs: number;
  /** How long a key is used without asking whether it is still good. */
  recentlyVerifiedMs: number;
  /** Before the generator page starts to watch which images come into view. */
  observerDelayMs: number;
  /** The longest that `awaitExistingGenerationRequest` holds its reply. */
  awaitExistingMs: number;
};

/** The real site's waits; where a range is known, its middle. The back-off on too many requests is a guess. */
export const realTimings: Timings = {
  adAccessCodeMs: 3_000,
  fetchFailureMs: 5_000,
  networkBusyMs: 3_000,
  genFailureMs: 2_000,
  tooManyRequestsMs: 10_000,
  downloadPauseMs: 2_000,
  turnstileScriptMs: 30_000,
  recentlyVerifiedMs: 30_000,
  observerDelayMs: 100,
  awaitExistingMs: 20_000,
};

/** Waits after a failure are short; those that an unfailing visit meets stay real, so that a driver pays for them. */
export const quickTimings: Timings = {
  ...realTimings,
  fetchFailureMs: 150,
  networkBusyMs: 40,
  genFailureMs: 40,
  tooManyRequestsMs: 150,
  downloadPauseMs: 30,
};
