import type { Clock } from '../../../shared/wait.ts';
import type { EngineRequest, Size } from '../engine.ts';
import type { ServiceCalls } from '../service-calls.ts';
import { modelsSchema } from './schema.ts';

const KEPT_MS = 10 * 60_000;

/** Chooses the first wanted model that a worker of the Horde serves now. The list is read at most every ten minutes. */
export function createModelChoice(wanted: readonly string[], { elapsed }: Pick<Clock, 'elapsed'>) {
  let served: { readonly names: readonly string[]; readonly until: number } | undefined;

  async function readServed(calls: ServiceCalls): Promise<readonly string[]> {
    const answer = await calls.ask({ url: '/status/models?type=image' });
    if ('restMs' in answer) return [];
    const models = modelsSchema.parse(answer.json).filter(({ count }) => count > 0);
    return models.toSorted((a, b) => a.eta - b.eta).map(({ name }) => name);
  }

  /** The first wanted model that is served. Without a list, the first wanted one. */
  return async (calls: ServiceCalls): Promise<string> => {
    if (served === undefined || served.until < elapsed()) {
      const names = await readServed(calls);
      if (names.length > 0) served = { names, until: elapsed() + KEPT_MS };
    }
    const names = served?.names ?? [];
    return wanted.find((name) => names.includes(name)) ?? names[0] ?? wanted[0] ?? '';
  };
}

/** Families that are free up to one megapixel. Others are free up to a third of it. */
const LARGE = /xl|flux|z-image|cascade/i;
const SMALL_SIDE = 576;
const GRID = 64;
/** The most steps for a distilled model, which needs no more. */
const DISTILLED = /schnell|turbo|lightning|lcm|hyper/i;
const DISTILLED_STEPS = 8;

/** The size of the same aspect ratio that costs no kudos with this model. */
export function toFreeSize({ width, height }: Size, model: string): Size {
  if (LARGE.test(model) || width * height <= SMALL_SIDE ** 2) return { width, height };
  const scale = Math.sqrt(SMALL_SIDE ** 2 / (width * height));
  const toGrid = (side: number): number => Math.max(GRID, Math.floor((side * scale) / GRID) * GRID);
  return { width: toGrid(width), height: toGrid(height) };
}

export const toFreeSteps = ({ steps = DISTILLED_STEPS }: Pick<EngineRequest, 'steps'>, model: string): number =>
  DISTILLED.test(model) ? Math.min(steps, DISTILLED_STEPS) : steps;
