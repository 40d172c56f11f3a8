import type { GenerationRequest } from '../../shared/contract/generation.ts';
import type { EngineLimits, Size } from './engine.ts';

type Grid = Exclude<EngineLimits['sizes'], readonly Size[]>;

/** Pixels win over the shape; what is left out is square. */
export function chooseSize(
  request: Pick<GenerationRequest, 'shape' | 'width' | 'height'>,
  { sizes, shapes }: EngineLimits,
  engine: string,
  warn: (sentence: string) => void,
): Size {
  const width = request.width ?? request.height;
  const height = request.height ?? request.width;
  if (width === undefined || height === undefined) return shapes[request.shape ?? 'square'];
  const wish = { width, height };
  const size = isList(sizes) ? nearest(sizes, wish) : toGrid(sizes, wish);
  if (size.width === width && size.height === height) return size;
  warn(`The size ${width}x${height} became ${size.width}x${size.height}, the nearest that ${engine} makes.`);
  return size;
}

const isList = (sizes: EngineLimits['sizes']): sizes is readonly Size[] => Array.isArray(sizes);

/** A picture of another form is a greater change than one of another scale, so the form counts threefold. */
function nearest(sizes: readonly Size[], wish: Size): Size {
  const distance = ({ width, height }: Size): number => {
    const form = Math.abs(Math.log((width / height) * (wish.height / wish.width)));
    const scale = Math.abs(Math.log((width * height) / (wish.width * wish.height)));
    return 3 * form + scale;
  };
  const [best = wish] = sizes.toSorted((a, b) => distance(a) - distance(b));
  return best;
}

function toGrid({ multipleOf, min, max, maxPixels = Number.POSITIVE_INFINITY }: Grid, wish: Size): Size {
  const lowest = Math.ceil(min / multipleOf) * multipleOf;
  const highest = Math.floor(max / multipleOf) * multipleOf;
  const clamp = (pixels: number): number => Math.min(highest, Math.max(lowest, pixels));
  const round = (pixels: number): number => clamp(Math.round(pixels / multipleOf) * multipleOf);
  const fitted = { width: round(wish.width), height: round(wish.height) };
  if (fitted.width * fitted.height <= maxPixels) return fitted;
  // Down, never up, so that the product stays under the limit.
  const scale = Math.sqrt(maxPixels / (wish.width * wish.height));
  const floor = (pixels: number): number => clamp(Math.floor((pixels * scale) / multipleOf) * multipleOf);
  return { width: floor(wish.width), height: floor(wish.height) };
}
