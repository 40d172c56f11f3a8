import { AppError } from '../../../shared/errors.ts';
import { createWordSplitter } from './byte-pair-encoding.ts';

/** The files of a `tokenizer` folder. All but the merges are parsed as JSON. */
export interface ClipTokenizerFiles {
  /** vocab.json: piece to id. */
  readonly vocabulary: Readonly<Record<string, number>>;
  /** merges.txt. */
  readonly merges: string;
  /** tokenizer_config.json. */
  readonly config?: unknown;
  /** special_tokens_map.json. It has precedence over the config. */
  readonly specialTokens?: unknown;
}

export interface EncodedPrompt {
  /** `maxLength` ids: start, the prompt, end, padding. */
  readonly ids: readonly number[];
  /** Number of tokens that were cut off. The caller warns if it is above 0. */
  readonly droppedTokens: number;
}

export interface ClipTokenizer {
  readonly maxLength: number;
  encode(prompt: string): EncodedPrompt;
}

/** The length that CLIP's text encoders were trained with. A config may say less, or 1e30 if nobody set it. */
const CLIP_MAX_LENGTH = 77;
const START = '<|startoftext|>';
const END = '<|endoftext|>';

/**
 * CLIP's tokenizer, as in the Rust library behind transformers' CLIPTokenizer.
 *
 * Throws AppError `engine_failed` if the files do not fit together.
 */
export function createClipTokenizer(files: ClipTokenizerFiles): ClipTokenizer {
  const { vocabulary } = files;
  const splitWord = createWordSplitter(files.merges);
  const idOf = (token: string) => (Object.hasOwn(vocabulary, token) ? vocabulary[token] : undefined);
  const specialId = (role: string, fallback: string) => {
    const token = readSpecialToken(files, role) ?? fallback;
    const id = idOf(token);
    if (id !== undefined) return { token, id };
    throw new AppError('engine_failed', `tokenizer: vocab.json has no ${JSON.stringify(token)}, the ${role}`);
  };
  const start = specialId('bos_token', START);
  const end = specialId('eos_token', END);
  const unknown = specialId('unk_token', end.token);
  // Stable Diffusion 1 pads with the end token, 2 and Turbo with "!".
  const padding = specialId('pad_token', end.token);
  const maxLength = readMaxLength(files.config);
  const splitText = createTextSplitter([start.token, end.token]);

  return {
    maxLength,
    encode(prompt) {
      const ids = splitText(prompt).flatMap((part) => {
        if (part === start.token) return [start.id];
        if (part === end.token) return [end.id];
        return splitWord(toByteAlphabet(part)).map((piece) => idOf(piece) ?? unknown.id);
      });
      const kept = ids.slice(0, maxLength - 2);
      const filled = [start.id, ...kept, end.id];
      const pads = Array.from({ length: maxLength - filled.length }, () => padding.id);
      return { ids: [...filled, ...pads], droppedTokens: ids.length - kept.length };
    },
  };
}

/**
 * Lower-cases each letter by itself, because `toLowerCase` of a whole string writes a final sigma at the end of a Greek
 * word.
 */
function normalize(prompt: string): string {
  const spaced = prompt.normalize('NFC').replace(/\p{White_Space}+/gu, ' ');
  return Array.from(spaced, (letter) => letter.toLowerCase()).join('');
}

/** English contractions, words, single digits, and runs of other characters. White space is dropped. */
const WORDS = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\p{White_Space}\p{L}\p{N}]+/gu;

/** Special tokens are looked for in the original text, and words in the normalised rest. */
function createTextSplitter(specialTokens: readonly string[]): (text: string) => readonly string[] {
  const specials = new RegExp(`(${specialTokens.map(escapePattern).join('|')})`);
  return (text) =>
    text
      .split(specials)
      .flatMap((part) => (specialTokens.includes(part) ? [part] : (normalize(part).match(WORDS) ?? [])));
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

const BYTE_LETTERS = createByteLetters();
const utf8 = new TextEncoder();

function toByteAlphabet(word: string): string {
  return Array.from(utf8.encode(word), (byte) => BYTE_LETTERS[byte]).join('');
}

/** GPT-2's printable letter for each byte: the visible letter of Latin-1, else the next free one from 256 on. */
function createByteLetters(): readonly string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const isVisible = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    return String.fromCodePoint(isVisible ? byte : next++);
  });
}

/** A special token is a string or an object with its text. */
function readSpecialToken({ specialTokens, config }: ClipTokenizerFiles, role: string): string | undefined {
  for (const source of [specialTokens, config]) {
    const value = property(source, role);
    const token = typeof value === 'string' ? value : property(value, 'content');
    if (typeof token === 'string') return token;
  }
  return undefined;
}

function readMaxLength(config: unknown): number {
  const length = property(config, 'model_max_length');
  if (typeof length !== 'number' || length > CLIP_MAX_LENGTH) return CLIP_MAX_LENGTH;
  if (Number.isInteger(length) && length >= 2) return length;
  throw new AppError('engine_failed', `tokenizer: model_max_length is ${length}`);
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
