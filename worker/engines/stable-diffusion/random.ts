import { AppError } from '../../../shared/errors.ts';

/**
 * The normal deviates of `torch.randn` on a CPU after `torch.manual_seed(seed)`, so that a seed gives the start that
 * diffusers gives with a CPU generator. Agrees with torch to the last digits of float32 (its vectorised logarithm and
 * cosine differ from the platform's by an ulp or two). Algorithm: ATen's DistributionTemplates.h.
 *
 * @param seed whole number from 0 to 2^32 - 1
 * @returns a source of draws. The length of a draw changes the ones after it, as in torch.
 */
export function createTorchRandom(seed: number): (count: number) => Float32Array {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new AppError('internal', `a seed is a whole number from 0 to ${0xffffffff}, not ${seed}`);
  }
  const nextUint32 = createMersenneTwister(seed);
  const nextDeviate = createScalarNormal(nextUint32);
  return (count) => (count < BLOCK ? Float32Array.from({ length: count }, nextDeviate) : drawBlocks(nextUint32, count));
}

/** From this many values on, torch transforms them in blocks of this size. */
const BLOCK = 16;
const { fround } = Math;

/** Short draws: Box and Muller's transform in double. The second value of a pair is kept for the next draw. */
function createScalarNormal(nextUint32: () => number): () => number {
  let waiting: number | undefined;
  const nextUniform = () => {
    const high = nextUint32() & 0x1fffff;
    return (high * 2 ** 32 + nextUint32()) / 2 ** 53;
  };
  return () => {
    if (waiting !== undefined) {
      const deviate = waiting;
      waiting = undefined;
      return deviate;
    }
    const angle = 2 * Math.PI * nextUniform();
    const radius = Math.sqrt(-2 * Math.log1p(-nextUniform()));
    waiting = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/**
 * Long draws: uniform values first, then transformed in place. An incomplete last block is drawn again as a whole
 * block.
 */
function drawBlocks(nextUint32: () => number, count: number): Float32Array {
  const values = new Float32Array(count);
  const fill = (from: number) => {
    for (let index = from; index < count; index++) values[index] = (nextUint32() & 0xffffff) / 2 ** 24;
  };
  fill(0);
  for (let start = 0; start + BLOCK <= count; start += BLOCK) transformBlock(values, start);
  if (count % BLOCK !== 0) {
    fill(count - BLOCK);
    transformBlock(values, count - BLOCK);
  }
  return values;
}

/** Box and Muller's transform in float32 of value i with value i + 8. */
function transformBlock(values: Float32Array, start: number): void {
  const half = BLOCK / 2;
  for (let index = start; index < start + half; index++) {
    // 1 - u, since u may be 0 but never 1.
    const logarithm = fround(Math.log(fround(1 - (values[index] ?? 0))));
    const radius = fround(Math.sqrt(-2 * logarithm));
    const angle = fround(fround(2 * Math.PI) * (values[index + half] ?? 0));
    values[index] = radius * fround(Math.cos(angle));
    values[index + half] = radius * fround(Math.sin(angle));
  }
}

/** MT19937 (Matsumoto and Nishimura, 1998), whole 32-bit numbers. */
function createMersenneTwister(seed: number): () => number {
  const size = 624;
  const state = new Uint32Array(size);
  const word = (index: number) => state[index % size] ?? 0;
  state[0] = seed;
  for (let index = 1; index < size; index++) {
    const previous = word(index - 1);
    state[index] = Math.imul(previous ^ (previous >>> 30), 1812433253) + index;
  }
  let position = size;

  const twist = () => {
    for (let index = 0; index < size; index++) {
      const joined = (word(index) & 0x80000000) | (word(index + 1) & 0x7fffffff);
      state[index] = word(index + 397) ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
    }
    position = 0;
  };

  return () => {
    if (position === size) twist();
    let number = word(position++);
    number ^= number >>> 11;
    number ^= (number << 7) & 0x9d2c5680;
    number ^= (number << 15) & 0xefc60000;
    return (number ^ (number >>> 18)) >>> 0;
  };
}
