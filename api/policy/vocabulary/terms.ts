/**
 * What a term says about a prompt:
 * `banned` alone is refused. `minor` is a person under 18. `maybeMinor` is used for children and adults, and `youth`
 * makes such a person a minor. `explicit` is sexual in every case, `suggestive` only about a minor. Words inside
 * `innocent` phrases do not count. The other kinds count in a negative prompt, where they ask for the opposite.
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

/** Reads a list of terms, separated by commas. */
export function terms(list: string): readonly string[] {
  return list
    .split(',')
    .map((term) => term.trim())
    .filter((term) => term !== '');
}
