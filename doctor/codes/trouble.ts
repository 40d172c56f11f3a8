/** A fault that the doctor can name. */
export interface Trouble {
  /** What is wrong, as a sentence. */
  readonly meaning: string;
  /** Commands or settings that mend it, where the finding has none that are more exact. */
  readonly fixes: readonly string[];
}
