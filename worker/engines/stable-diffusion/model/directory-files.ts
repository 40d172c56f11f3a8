import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { ELEMENT_TYPES } from '../pipeline/tensors.ts';
import { type ClipTokenizer, createClipTokenizer } from '../tokenizer.ts';
import type { ModelFile } from './model-description.ts';
import { type OnnxOutline, readOnnxOutline } from './onnx-outline.ts';

/** Reads the files of a model directory. A fault in one file becomes a problem, and the other files are still read. */
export interface DirectoryFiles {
  readonly problems: readonly string[];
  /** The models that were read so far. */
  readonly models: readonly ModelFile[];
  /** The result of `decode` for a file's text. */
  read<T>(name: string, decode: (text: string) => T): T | undefined;
  config<Schema extends z.ZodType>(name: string, schema: Schema): z.infer<Schema> | undefined;
  /** A missing file is no problem: the result is undefined. */
  optionalConfig<Schema extends z.ZodType>(name: string, schema: Schema): z.infer<Schema> | undefined;
  /** The head of a folder's `model.onnx`. */
  outline(folder: string): OnnxOutline | undefined;
  /** Checks that a model has the inputs and outputs that the pipeline uses. */
  expect(folder: string, outline: OnnxOutline | undefined, names: ModelNames): void;
  tokenizer(folder: string): void;
}

export interface ModelNames {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export function createDirectoryFiles(directory: string): DirectoryFiles {
  const problems: string[] = [];
  const models: ModelFile[] = [];

  function attempt<T>(name: string, read: (path: string) => T): T | undefined {
    const path = join(directory, name);
    try {
      return read(path);
    } catch (error) {
      problems.push(`${name}: ${existsSync(path) ? toReason(error) : 'is missing'}`);
      return undefined;
    }
  }

  const files: DirectoryFiles = {
    problems,
    models,
    read: (name, decode) => attempt(name, (path) => decode(readFileSync(path, 'utf8'))),
    config: (name, schema) => files.read(name, (text) => schema.parse(JSON.parse(text))),
    optionalConfig: (name, schema) => (existsSync(join(directory, name)) ? files.config(name, schema) : undefined),

    outline(folder) {
      const name = `${folder}/model.onnx`;
      const outline = attempt(name, readOnnxOutline);
      if (outline === undefined) return undefined;
      let bytes = statSync(join(directory, name)).size;
      for (const [external, neededBytes] of outline.externalFiles) {
        const size = attempt(`${folder}/${external}`, (path) => statSync(path).size) ?? neededBytes;
        if (size < neededBytes) problems.push(`${folder}/${external}: has ${size} of ${neededBytes} bytes`);
        bytes += size;
      }
      models.push({ name: folder, path: join(directory, name), bytes });
      return outline;
    },

    expect(folder, outline, { inputs, outputs }) {
      if (outline === undefined) return;
      const complain = (what: string): void => {
        problems.push(`${folder}/model.onnx: ${what}`);
      };
      for (const { name, type } of outline.inputs) {
        if (!inputs.includes(name)) complain(`has an input ${name} that is not supported`);
        if (!ELEMENT_TYPES.some((known) => known === type)) complain(`wants ${name} as ${type}; that is not supported`);
      }
      const missing = (wanted: readonly string[], there: OnnxOutline['inputs']): string[] =>
        wanted.filter((name) => !there.some((value) => value.name === name));
      for (const name of missing(inputs, outline.inputs)) complain(`has no input ${name}`);
      for (const name of missing(outputs, outline.outputs)) complain(`has no output ${name}`);
    },

    tokenizer(folder) {
      const parts = ['vocab.json', 'merges.txt'].map((name) => files.read(`${folder}/${name}`, String));
      if (!parts.includes(undefined)) attempt(folder, () => readTokenizer(directory, folder));
    },
  };
  return files;
}

/** The tokenizer in a folder of the directory. Throws if its files do not fit together. */
export function readTokenizer(directory: string, folder: string): ClipTokenizer {
  const read = (name: string): string => readFileSync(join(directory, folder, name), 'utf8');
  const readOptional = (name: string): unknown =>
    existsSync(join(directory, folder, name)) ? JSON.parse(read(name)) : undefined;
  return createClipTokenizer({
    vocabulary: JSON.parse(read('vocab.json')),
    merges: read('merges.txt'),
    config: readOptional('tokenizer_config.json'),
    specialTokens: readOptional('special_tokens_map.json'),
  });
}

function toReason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, 200);
}
