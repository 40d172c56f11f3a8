import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { GUIDE, SettingsError } from '../../../shared/service/config.ts';
import { createLinearPattern } from './linear-pattern.ts';

const MAX_RULES = 1000;
const MAX_TERMS = 10_000;

/** A word, a phrase, or the beginning of a word followed by `*`. Case, accents and disguise are ignored. */
const term = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/[\p{L}\p{N}]/u, 'must hold a letter or a digit');
const termList = z.array(term).min(1).max(MAX_TERMS);

const pattern = z
  .string()
  .min(1)
  .max(500)
  .superRefine((source, context) => {
    try {
      createLinearPattern(source);
    } catch (error) {
      context.addIssue(`${error instanceof Error ? error.message : String(error)} (pattern: ${source})`);
    }
  });

const ruleSchema = z
  .strictObject({
    /** For the log. */
    name: z.string().trim().min(1).max(100),
    /** The client gets it as the error's message. */
    message: z.string().trim().min(1).max(500).optional(),
    /** Any of these terms refuses. */
    words: termList.optional(),
    /** One term of every list together refuse. */
    all: z.array(termList).min(2).max(10).optional(),
    /** A regular expression that is matched with the folded text (lower case, no accents). */
    pattern: pattern.optional(),
    /** Phrases in which the words above do not count. */
    allow: termList.optional(),
  })
  .refine((rule) => rule.words !== undefined || rule.all !== undefined || rule.pattern !== undefined, {
    message: 'needs words, all or pattern',
  });

const fileSchema = z.strictObject({ rules: z.array(ruleSchema).max(MAX_RULES) });

export type PolicyRule = z.infer<typeof ruleSchema>;

/** Reads the file of setting PROMPT_POLICY_FILE. Throws a SettingsError with all faults by file, rule and field. */
export async function loadPolicyRules(path: string): Promise<readonly PolicyRule[]> {
  const parsed = fileSchema.safeParse(parseJson(path, await readText(path)));
  if (parsed.success) return parsed.data.rules;
  throw settingsError(
    path,
    parsed.error.issues.map((issue) => `${z.core.toDotPath(issue.path)}: ${issue.message}`),
  );
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw settingsError(path, [error instanceof Error ? error.message : String(error)], error);
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw settingsError(path, [`is not JSON: ${error instanceof Error ? error.message : String(error)}`], error);
  }
}

function settingsError(path: string, faults: readonly string[], cause?: unknown): SettingsError {
  const lines = faults.map((fault) => `PROMPT_POLICY_FILE: ${path}: ${fault} (${GUIDE}#prompt_policy_file)`);
  return new SettingsError(lines.join('\n'), { cause });
}
