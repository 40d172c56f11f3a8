import { arabic } from './arabic.ts';
import { chinese } from './chinese.ts';
import { dutch } from './dutch.ts';
import { englishMatters } from './english-matters.ts';
import { englishPeople } from './english-people.ts';
import { french } from './french.ts';
import { german } from './german.ts';
import { hindi } from './hindi.ts';
import { indonesian } from './indonesian.ts';
import { italian } from './italian.ts';
import { japanese } from './japanese.ts';
import { korean } from './korean.ts';
import { polish } from './polish.ts';
import { portuguese } from './portuguese.ts';
import { russian } from './russian.ts';
import { spanish } from './spanish.ts';
import type { TermKind, Vocabulary } from './terms.ts';
import { turkish } from './turkish.ts';

export const VOCABULARIES: readonly Vocabulary[] = [
  englishPeople,
  englishMatters,
  spanish,
  portuguese,
  french,
  german,
  italian,
  dutch,
  polish,
  russian,
  turkish,
  indonesian,
  arabic,
  hindi,
  chinese,
  japanese,
  korean,
];

/** All languages together, because a prompt may mix them. */
export function allTerms(): Partial<Record<TermKind, readonly string[]>> {
  const all: Partial<Record<TermKind, string[]>> = {};
  for (const vocabulary of VOCABULARIES) {
    for (const kind of Object.keys(vocabulary) as TermKind[]) {
      all[kind] = [...(all[kind] ?? []), ...(vocabulary[kind] ?? [])];
    }
  }
  return all;
}
