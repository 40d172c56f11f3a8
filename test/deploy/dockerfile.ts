import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../architecture/source-files.ts';

/** An instruction of a Dockerfile, with continued lines joined and without comments. */
export interface Instruction {
  readonly keyword: string;
  readonly value: string;
}

export const DOCKERFILES = ['Dockerfile.worker', 'deploy/Dockerfile.gateway'] as const;

export function readDockerfile(file: string): Instruction[] {
  const lines = readFileSync(join(root, file), 'utf8')
    .split('\n')
    .filter((line) => !/^\s*#/.test(line));
  return lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, keyword = '', value = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      if (keyword === '') throw new Error(`${file}: not an instruction: ${line}`);
      return { keyword, value: value.trim() };
    });
}

/** The instructions of the last stage, which becomes the image. */
export function lastStage(instructions: readonly Instruction[]): Instruction[] {
  return instructions.slice(instructions.findLastIndex(({ keyword }) => keyword === 'FROM'));
}
