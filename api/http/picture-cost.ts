import { AppError } from '../../shared/errors.ts';
import type { Command } from '../dialects/dialect.ts';
import type { RequestDraft } from '../jobs/job.ts';

/** Assumed if the engine chooses the size. Every engine's default is near it. */
const USUAL_SIDE = 1024;
const MEGAPIXEL = 1024 * 1024;

type Size = Pick<RequestDraft, 'count' | 'width' | 'height'>;

const pixelsOf = ({ count, width = USUAL_SIDE, height = USUAL_SIDE }: Size): number => count * width * height;

/** How much a request counts against a caller's limit: pictures times megapixels (1024 x 1024), at least 1. */
export const costOf = (size: Size): number => Math.max(1, Math.ceil(pixelsOf(size) / MEGAPIXEL));

/** Throws `invalid_request` for more pixels than one request may ask for. 0 means no limit. */
export function requirePixels(command: Command, maxPixels: number): void {
  if (command.do !== 'generate' || maxPixels === 0) return;
  const { count, width = USUAL_SIDE, height = USUAL_SIDE } = command.draft;
  if (pixelsOf(command.draft) <= maxPixels) return;
  const pictures = count === 1 ? 'a picture' : `${count} pictures`;
  const allowed = Math.floor(maxPixels / (width * height));
  const advice =
    allowed === 0 ? 'ask for a smaller one' : `ask for at most ${allowed} of this size, or for smaller ones`;
  const requested = `${pictures} of ${width}x${height}, ${toMega(pixelsOf(command.draft))} megapixels`;
  throw new AppError('invalid_request', 'more pixels than one request may ask for', {
    publicMessage: `The size and number of the pictures are too much for one request: ${requested}; the limit is ${toMega(maxPixels)} (MAX_PIXELS_PER_REQUEST): ${advice}.`,
    field: allowed === 0 ? 'width' : 'count',
  });
}

const toMega = (pixels: number): string => (pixels / 1_000_000).toFixed(1);
