/** A fault that the doctor can report. */
export interface Trouble {
  /** What is wrong, as a sentence. */
  readonly meaning: string;
  /** Commands or settings that mend it, unless the finding has more exact ones. */
  readonly fixes: readonly string[];
}
