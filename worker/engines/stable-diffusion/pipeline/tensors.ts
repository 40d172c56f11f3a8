import { AppError } from '../../../../shared/errors.ts';
import { fromFloat16, toFloat16 } from '../float16.ts';

export const ELEMENT_TYPES = ['float32', 'float16', 'int64', 'int32'] as const;
export type ElementType = (typeof ELEMENT_TYPES)[number];

/** What a model declares about one input. */
export interface TensorSpec {
  readonly name: string;
  /** onnxruntime's name of the type. The engine can only feed those in ELEMENT_TYPES. */
  readonly type: string;
  /** A free size is a name. A scalar has no entries. */
  readonly shape: readonly (number | string)[];
}

export interface Tensor {
  readonly type: ElementType;
  /** float16 as its 16-bit patterns. */
  readonly data: Float32Array | Uint16Array | BigInt64Array | Int32Array;
  readonly dims: readonly number[];
}

/** One network, independent of what runs it. */
export interface Model {
  /** Its folder, for messages. */
  readonly name: string;
  readonly inputs: readonly TensorSpec[];
  /** The wanted outputs as float32, by name. */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    wanted: readonly string[],
  ): Promise<Readonly<Record<string, FloatTensor>>>;
}

export interface FloatTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

export const hasInput = (model: Model, name: string): boolean => model.inputs.some((input) => input.name === name);

/**
 * The values in the type that the model declares, since exports differ in the types of ids, timesteps and latents.
 * A whole-number input loses its fractions, as with NumPy's cast in optimum's runtime.
 */
export function toInput(model: Model, name: string, values: Float32Array | readonly number[], dims: readonly number[]) {
  const spec = model.inputs.find((input) => input.name === name);
  if (spec === undefined) throw new AppError('engine_failed', `${model.name} has no input ${name}`);
  return { [name]: encode(spec, values, dims, model.name) };
}

function encode(
  spec: TensorSpec,
  values: Float32Array | readonly number[],
  dims: readonly number[],
  model: string,
): Tensor {
  switch (spec.type) {
    case 'float32':
      return { type: 'float32', data: Float32Array.from(values), dims };
    case 'float16':
      return { type: 'float16', data: toFloat16(Float32Array.from(values)), dims };
    case 'int64':
      return { type: 'int64', data: BigInt64Array.from(values, (value) => BigInt(Math.trunc(value))), dims };
    case 'int32':
      return { type: 'int32', data: Int32Array.from(values), dims };
    default:
      throw new AppError('engine_failed', `${model} wants ${spec.name} as ${spec.type}, which is not supported`);
  }
}

export function toFloats(type: string, data: unknown): Float32Array {
  if (type === 'float32' && data instanceof Float32Array) return data;
  if (type === 'float16' && data instanceof Uint16Array) return fromFloat16(data);
  throw new AppError('engine_failed', `a model answered ${type}, which is not supported`);
}
