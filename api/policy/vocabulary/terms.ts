/**
 * What a term says about a prompt:
 * `banned` is refused by itself; `minor` is somebody under 18; `maybeMinor` is said of children and of adults; `youth`
 * makes the latter a minor. `explicit` is sexual whoever is shown; `suggestive` is sexual about a minor. `innocent`
 * phrases take their words out of account. The others count in a negative prompt, where they ask for their contrary.
 */
export type TermKind =
  | 'banned'
  | 'minor'
  | 'maybeMinor'
  | 'youth'
  | 'explicit'
  | 'suggestive'
  | 'innocent'
  | 'clothes'
  | 'outerGarment'
  | 'underGarment'
  | 'adulthood'
  | 'maturity';

/** The terms of one language. `word*` is any word that begins so; accents and case do not matter. */
export type Vocabulary = Readonly<Partial<Record<TermKind, readonly string[]>>>;

/** A list as it is easiest to read and to correct: terms parted by commas. */
export function terms(list: string): readonly string[] {
  return list
    .split(',')
    .map((term) => term.trim())
    .filter((term) => term !== '');
}
