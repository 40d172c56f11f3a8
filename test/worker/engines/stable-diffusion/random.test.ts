import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AppError } from '../../../../shared/errors.ts';
import { createTorchRandom } from '../../../../worker/engines/stable-diffusion/random.ts';

/** torch.manual_seed(seed), then torch.randn(count) for each count, on a CPU. */
function assertDraws(seed: number, counts: readonly number[], wanted: readonly number[]): void {
  const random = createTorchRandom(seed);
  const got = counts.flatMap((count) => [...random(count)]);
  wanted.forEach((value, index) => {
    assert.ok(Math.abs((got[index] ?? Number.NaN) - value) < 6e-5, `[${index}] ${got[index]}, wanted ${value}`);
  });
}

describe("torch's published deviates", () => {
  test('a short draw', () => {
    assertDraws(0, [5], [1.541, -0.2934, -2.1788, 0.5684, -1.0845]);
  });

  test('one block', () => {
    assertDraws(
      0,
      [16],
      [
        -1.1258, -1.1524, -0.2506, -0.4339, 0.8487, 0.692, -0.316, -2.1152, 0.3223, -1.2633, 0.35, 0.3081, 0.1198,
        1.2377, 1.1168, -0.2473,
      ],
    );
  });

  test('a block and a tail: the last 16 are drawn again', () => {
    assertDraws(
      0,
      [20],
      [
        -1.1258, -1.1524, -0.2506, -0.4339, 0.5988, -1.5551, -0.3414, 1.853, 0.4681, -0.1577, 1.4437, 0.266, 1.3894,
        1.5863, 0.9463, -0.8437, 0.9318, 1.259, 2.005, 0.0537,
      ],
    );
  });

  test('another seed', () => {
    assertDraws(42, [64], [1.9269, 1.4873, 0.9007, -2.1055, 0.6784]);
  });
});

describe('consecutive draws (computed with torch 2.13)', () => {
  test('the second value of a pair is kept during a long draw', () => {
    const random = createTorchRandom(1);
    const short = random(1);
    random(16);
    const rest = random(1);
    const pair = createTorchRandom(1)(2);
    assert.deepEqual([...short, ...rest], [...pair]);
  });

  test('short, long and short', () => {
    assertDraws(
      7,
      [3, 17, 4],
      [
        -0.1468, 0.7861, 0.9468, -0.1764, -1.2169, -0.081, 1.3615, -1.3032, 0.0875, -1.385, 0.5036, -0.0835, -0.564,
        -2.0565, -0.3567, 1.0956, 0.4824, 1.3989, 1.4059, -1.4013, -1.1143, 1.0842, 0.1581, -1.1138,
      ],
    );
  });

  test('more numbers than the generator makes at a time', () => {
    const values = [...createTorchRandom(9)(700)].slice(-3).concat([...createTorchRandom(9)(700)].slice(620, 624));
    [0.1463, 0.8528, -1.1311, -0.3948, 0.8596, 1.0475, -2.3318].forEach((wanted, index) => {
      assert.ok(Math.abs((values[index] ?? 0) - wanted) < 6e-5, `${values[index]}, wanted ${wanted}`);
    });
  });

  test('15 values are still a short draw', () => {
    assertDraws(5, [15], [-0.4868, -0.6038, -0.5581, 0.6675, -0.1974, 1.9428, -1.4017, -0.7626]);
  });
  test('the largest seed is accepted, larger ones are refused', () => {
    assertDraws(4294967295, [3], [1.2198, -0.393, 1.0231]);
    for (const seed of [-1, 1.5, 2 ** 32, Number.NaN]) assert.throws(() => createTorchRandom(seed), AppError);
  });
});

test('many draws are normally distributed', () => {
  const values = createTorchRandom(3)(100_000);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const moment = (power: number) => values.reduce((sum, value) => sum + (value - mean) ** power, 0) / values.length;
  assert.ok(Math.abs(mean) < 0.01 && Math.abs(moment(2) - 1) < 0.02 && Math.abs(moment(4) - 3) < 0.1);
});
