import type { GenerationRequest } from '../contract/generation.ts';

/** What a run means in work, and which runs may be made at the same time. Gateway and worker go by the same rule. */

/** Pixels of an ordinary picture. */
const UNIT_PIXELS = 1024 * 1024;

/** In ordinary pictures: the queue and the slots count work, not requests. */
export function costOf({
  count,
  width = 0,
  height = 0,
}: Pick<GenerationRequest, 'count' | 'width' | 'height'>): number {
  return count * Math.max(1, Math.ceil((width * height) / UNIT_PIXELS));
}

/** A run of one ordinary picture is small; any other is large. */
export const isSmall = (cost: number): boolean => cost <= 1;

/** Runs in work at one worker. */
export interface Load {
  readonly small: number;
  readonly large: number;
}

/**
 * Whether a run may begin beside these. `concurrency` runs are made at a time. While large ones hold every slot, one
 * small run more may begin: it takes a second where they take many, and on a small host its caller would wait for all
 * of them.
 */
export const hasRoom = (cost: number, { small, large }: Load, concurrency: number): boolean =>
  small + large < concurrency || (isSmall(cost) && small === 0);
