import type { Token } from './text/tokens.ts';
import {
  AGE_FILLERS,
  AGE_UNITS,
  AGE_WORDS,
  AGO_AFTER,
  AGO_BEFORE,
  OLD,
  PERSONS,
  PERSONS_BEFORE_BREAK,
  SCHOOL_YEARS,
  SHORTER_UNITS,
  THINGS,
  YEAR_UNITS,
} from './vocabulary/age-words.ts';
import { NUMBER_WORDS, ORDINAL_WORDS, TENS_WORDS } from './vocabulary/numbers.ts';

/** The age of a person in a text. */
export interface Age {
  readonly years: number;
  /** Offsets in the folded text. */
  readonly start: number;
  readonly end: number;
}

const DIGITS = /^\d{1,3}$/;
const ORDINAL = /^(\d{1,2})(?:st|nd|rd|th)$/;
const NUMBER_AND_UNIT = /^(\d{1,3})(\p{L}+)$/u;
const NUMBER_WORD_AND_UNIT = /^(\p{L}+?)(ja(?:e)?hrig(?:e[srnm]?)?)$/u;
/** 才 also means talent. It is an age only before a particle, a person or the end. */
const CHINESE_AGE = /(\d{1,2}|[一二三四五六七八九十]{1,3})\s?(?:周?[岁歲歳]|才(?=[の女男少児]|\s|,|$))/g;
/** 세 before 기 or 대 is a century or a generation. */
const KOREAN_AGE = /(\d{1,2})\s?(?:살|세(?![기대]))/g;
/** Smaller numbers after a person are weights or counts. */
const MIN_BARE_AGE = 3;
const ADULT_YEARS = 18;

export const isMinorAge = (age: Age): boolean => age.years < ADULT_YEARS;

/** Ages in a text, from its words and, for Chinese, Japanese and Korean, from its characters. */
export function findAges(folded: string, tokens: readonly Token[]): Age[] {
  const ages: Age[] = [];
  tokens.forEach((token, position) => {
    const years = ageAt(tokens, position);
    if (years !== undefined) ages.push({ years, start: token.start, end: endOfAge(tokens, position) });
  });
  for (const pattern of [CHINESE_AGE, KOREAN_AGE]) {
    for (const { 0: text, 1: number = '', index } of folded.matchAll(pattern)) {
      ages.push({ years: toNumber(number) ?? fromChinese(number), start: index, end: index + text.length });
    }
  }
  return ages;
}

function ageAt(tokens: readonly Token[], position: number): number | undefined {
  const text = textAt(tokens, position);
  const school = schoolAge(tokens, position);
  if (school !== undefined) return school;
  const glued = NUMBER_AND_UNIT.exec(text) ?? NUMBER_WORD_AND_UNIT.exec(text);
  const number = toNumber(glued?.[1] ?? text);
  if (number === undefined) return undefined;
  const before = textAt(tokens, position - 1);
  const years = number < 10 ? number + (TENS_WORDS.get(tensBefore(tokens, position)) ?? 0) : number;
  const unitAt = glued === null ? position + 1 : position;
  const unit = glued?.[2] ?? textAt(tokens, unitAt);
  const behind = textAt(tokens, unitAt + 1);
  if (AGE_UNITS.has(unit)) return isPast(tokens, position, behind) || THINGS.has(behind) ? undefined : years;
  if (YEAR_UNITS.has(unit) && OLD.has(behind)) return THINGS.has(textAt(tokens, unitAt + 2)) ? undefined : years;
  if (SHORTER_UNITS.has(unit) && OLD.has(behind)) return THINGS.has(textAt(tokens, unitAt + 2)) ? undefined : 0;
  if (AGE_WORDS.has(before)) return years;
  if (AGE_FILLERS.has(before) && AGE_WORDS.has(textAt(tokens, position - 2))) return years;
  return isBareAge(tokens, position) ? years : undefined;
}

/** `7th grade`, `fifteenth birthday`, `sweet sixteen`: the number itself is close enough to the age. */
function schoolAge(tokens: readonly Token[], position: number): number | undefined {
  const text = textAt(tokens, position);
  const ordinal = ORDINAL.exec(text)?.[1];
  const number = ordinal === undefined ? ORDINAL_WORDS.get(text) : Number(ordinal);
  return SCHOOL_YEARS.has(textAt(tokens, position + 1)) ? number : undefined;
}

/** A plain number after a person, such as `girl, 15` or `she is 15`, but not a ratio such as 16:9. */
function isBareAge(tokens: readonly Token[], position: number): boolean {
  const token = tokens[position];
  const next = tokens[position + 1];
  if (token === undefined || !DIGITS.test(token.text) || Number(token.text) < MIN_BARE_AGE) return false;
  const before = textAt(tokens, position - 1);
  if (next !== undefined && DIGITS.test(next.text)) return false;
  return PERSONS.has(before) || (PERSONS_BEFORE_BREAK.has(before) && (next === undefined || next.afterBreak));
}

function endOfAge(tokens: readonly Token[], position: number): number {
  let last = position;
  const isPartOfAge = (text: string) => AGE_UNITS.has(text) || YEAR_UNITS.has(text) || OLD.has(text);
  while (last < position + 2 && isPartOfAge(textAt(tokens, last + 1))) last += 1;
  return tokens[last]?.end ?? 0;
}

const textAt = (tokens: readonly Token[], position: number): string => tokens[position]?.text ?? '';

/** The word before the number, skipping a joining word: `treinta y cinco`. */
function tensBefore(tokens: readonly Token[], position: number): string {
  const before = textAt(tokens, position - 1);
  return ['y', 'e', 'et', 'and'].includes(before) ? textAt(tokens, position - 2) : before;
}

/** `hace 12 años`, and French `il y a 12 ans` beside `elle a 12 ans`. */
function isPast(tokens: readonly Token[], number: number, behind: string): boolean {
  const before = textAt(tokens, number - 1);
  return AGO_BEFORE.has(before) || AGO_AFTER.has(behind) || (before === 'a' && textAt(tokens, number - 2) === 'y');
}

function toNumber(text: string): number | undefined {
  return DIGITS.test(text) ? Number(text) : (NUMBER_WORDS.get(text) ?? TENS_WORDS.get(text));
}

/** Reads numbers up to 99: 十二, 二十, 三十五. */
function fromChinese(number: string): number {
  const digits = '一二三四五六七八九';
  const [tens, ones] = number.includes('十') ? number.split('十') : ['', number];
  const tensValue = number.includes('十') ? (tens === '' ? 1 : digits.indexOf(tens ?? '') + 1) : 0;
  return tensValue * 10 + (ones === '' ? 0 : digits.indexOf(ones ?? '') + 1);
}
