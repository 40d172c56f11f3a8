/** The texts of the status page, apart from the page's own, which every visitor loads. */

export interface StatusWords {
  readonly title: string;
  /** One sentence for each state. */
  readonly making: string;
  readonly ready: string;
  readonly asleep: string;
  readonly waking: string;
  readonly down: string;
  readonly last: string;
  readonly day: string;
  readonly engines: string;
  readonly serves: string;
  readonly tried: string;
  readonly rests: string;
  readonly made: string;
  readonly failures: string;
  readonly nothing: string;
  readonly left: string;
  readonly renewed: string;
  readonly stores: string;
  readonly workers: string;
  readonly running: string;
  readonly queue: string;
  readonly remembered: string;
  readonly awake: string;
  readonly ofFree: string;
  readonly sent: string;
  readonly since: string;
  readonly version: string;
  readonly more: string;
}
