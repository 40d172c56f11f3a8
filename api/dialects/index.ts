import type { Dialect } from './dialect.ts';
import { generate } from './generate/index.ts';
import { jobs } from './jobs/index.ts';

/** The only list of dialects; the folder of each bears its name. */
export const dialects: readonly Dialect[] = [generate, jobs];
