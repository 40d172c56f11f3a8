import { ar } from './ar.ts';
import { de } from './de.ts';
import { en, type Words } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { it } from './it.ts';
import { ja } from './ja.ts';
import { ko } from './ko.ts';
import { pl } from './pl.ts';
import { pt } from './pt.ts';
import { zh } from './zh.ts';

interface Language {
  /** Its name in the language itself. */
  readonly name: string;
  readonly words: Words;
  readonly direction?: 'rtl' | undefined;
}

/** Keyed by ISO 639-1 code. */
export const LANGUAGES: Readonly<Record<string, Language>> = {
  en: { name: 'English', words: en },
  de: { name: 'Deutsch', words: de },
  fr: { name: 'Français', words: fr },
  es: { name: 'Español', words: es },
  pt: { name: 'Português', words: pt },
  it: { name: 'Italiano', words: it },
  pl: { name: 'Polski', words: pl },
  ja: { name: '日本語', words: ja },
  zh: { name: '中文', words: zh },
  ko: { name: '한국어', words: ko },
  ar: { name: 'العربية', words: ar, direction: 'rtl' },
};

export interface Speech extends Language {
  readonly code: string;
}

const DEFAULT = 'en';

const toSpeech = (code: string): Speech | undefined => {
  const language = Object.hasOwn(LANGUAGES, code) ? LANGUAGES[code] : undefined;
  return language && { code, ...language };
};

/** The language that was chosen (`?lang=de`), else the first of `Accept-Language` that the page has, else English. */
export function chooseLanguage(chosen: unknown, accepted: string | undefined): Speech {
  const preferences = (accepted ?? '').slice(0, MAX_HEADER_CHARACTERS).split(',').map(toPreference);
  preferences.sort((one, other) => other.weight - one.weight);
  const codes = [...(typeof chosen === 'string' ? [chosen] : []), ...preferences.map(({ code }) => code)];
  const found = codes.map(toSpeech).find((speech) => speech !== undefined);
  return found ?? { code: DEFAULT, name: 'English', words: en };
}

const MAX_HEADER_CHARACTERS = 500;

/** Reads one item of `Accept-Language`, such as `de-CH;q=0.8`. */
function toPreference(text: string): { code: string; weight: number } {
  const [tag = '', quality] = text.trim().split(';');
  const weight = quality === undefined ? 1 : Number(quality.trim().slice(2));
  return { code: tag.slice(0, 2).toLowerCase(), weight: Number.isFinite(weight) ? weight : 0 };
}
