import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** The source files of the services and of the doctor: paths from the project's root, with slashes. */

export const root = join(import.meta.dirname, '../..');

export const sourceFiles = globSync('{api,worker,shared,cli,doctor}/**/*.{ts,js}', { cwd: root }).map((file) =>
  file.replaceAll('\\', '/'),
);

const IMPORT = /(?:from|import)\s*\(?\s*'(\.[^']*)'/g;

export const readSource = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The files of the project that this one imports, types included. */
export const importsOf = (file: string): string[] =>
  [...readSource(file).matchAll(IMPORT)].map(([, path = '']) =>
    normalize(join(dirname(file), path)).replaceAll('\\', '/'),
  );
