import type { GenerationRequest } from '../../shared/contract/generation.ts';
import type { EngineLimits, Size } from './engine.ts';

type Grid = Exclude<EngineLimits['sizes'], readonly Size[]>;

/** Pixels win over the shape. Without either, the picture is square. */
export function chooseSize(
  request: Pick<GenerationRequest, 'shape' | 'width' | 'height'>,
  { sizes, shapes }: EngineLimits,
  engine: string,
  warn: (sentence: string) => void,
): Size {
  const width = request.width ?? request.height;
  const height = request.height ?? request.width;
  if (width === undefined || height === undefined) return shapes[request.shape ?? 'square'];
  const wanted = { width, height };
  const size = isList(sizes) ? nearest(sizes, wanted) : toGrid(sizes, wanted);
  if (size.width === width && size.height === height) return size;
  warn(`The size ${width}x${height} became ${size.width}x${size.height}, the nearest that ${engine} makes.`);
  return size;
}

const isList = (sizes: EngineLimits['sizes']): sizes is readonly Size[] => Array.isArray(sizes);

/** Another aspect ratio is a greater change than another scale, so it counts three times as much. */
function distance(size: Size, wanted: Size): number {
  const form = Math.abs(Math.log((size.width / size.height) * (wanted.height / wanted.width)));
  const scale = Math.abs(Math.log((size.width * size.height) / (wanted.width * wanted.height)));
  return 3 * form + scale;
}

function nearest(sizes: readonly Size[], wanted: Size): Size {
  const [best = wanted] = sizes.toSorted((a, b) => distance(a, wanted) - distance(b, wanted));
  return best;
}

/**
 * Scales both sides together, so that the picture keeps its aspect ratio: down to the longest side and the most pixels,
 * up to the shortest side and the fewest. Only a ratio that the grid does not allow is changed.
 */
function toGrid(grid: Grid, wanted: Size): Size {
  const legal = toLegalRatio(grid, wanted);
  const scale = chooseScale(grid, legal);
  const target = { width: legal.width * scale, height: legal.height * scale };
  return nearest(listAround(grid, target), target);
}

/** Ratios from `max / min`, or the engine's own bound; the longer side gives way. */
function toLegalRatio({ min, max, maxRatio = Number.POSITIVE_INFINITY }: Grid, { width, height }: Size): Size {
  const ratio = Math.min(maxRatio, max / min);
  return { width: Math.min(width, height * ratio), height: Math.min(height, width * ratio) };
}

function chooseScale(grid: Grid, { width, height }: Size): number {
  const { min, max, minPixels = 0, maxPixels = Number.POSITIVE_INFINITY } = grid;
  const pixels = width * height;
  const atLeast = Math.max(min / Math.min(width, height), Math.sqrt(minPixels / pixels));
  const atMost = Math.min(max / Math.max(width, height), Math.sqrt(maxPixels / pixels));
  return Math.min(Math.max(1, atLeast), atMost);
}

/** The allowed sizes next to a size, or the smallest allowed size if there is none. */
function listAround(grid: Grid, target: Size): readonly Size[] {
  const { multipleOf, min, max, minPixels = 0, maxPixels = Number.POSITIVE_INFINITY, maxRatio } = grid;
  const lowest = Math.ceil(min / multipleOf) * multipleOf;
  const highest = Math.floor(max / multipleOf) * multipleOf;
  const around = (pixels: number): number[] => {
    const below = Math.floor(pixels / multipleOf) * multipleOf;
    const steps = [below - multipleOf, below, below + multipleOf, below + 2 * multipleOf];
    return steps.filter((step) => step >= lowest && step <= highest);
  };
  const isLegal = ({ width, height }: Size): boolean =>
    width * height <= maxPixels &&
    width * height >= minPixels &&
    Math.max(width / height, height / width) <= (maxRatio ?? Number.POSITIVE_INFINITY);
  const sizes = around(target.width).flatMap((width) => around(target.height).map((height) => ({ width, height })));
  const legal = sizes.filter(isLegal);
  return legal.length > 0 ? legal : [{ width: lowest, height: lowest }];
}
