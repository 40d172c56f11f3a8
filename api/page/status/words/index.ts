import type { StatusWords } from '../words.ts';
import { ar } from './ar.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { it } from './it.ts';
import { ja } from './ja.ts';
import { ko } from './ko.ts';
import { pl } from './pl.ts';
import { pt } from './pt.ts';
import { zh } from './zh.ts';

/** By the codes of `api/page/languages/`. */
const STATUS_WORDS: Readonly<Record<string, StatusWords>> = { en, de, fr, es, pt, it, pl, ja, zh, ko, ar };

/** A language of the page that has no words here yet gets the English ones. */
export const toStatusWords = (code: string): StatusWords => STATUS_WORDS[code] ?? en;

export const toStatusTitle = (code: string): string => toStatusWords(code).title;
