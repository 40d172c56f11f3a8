import { closeSync, fstatSync, openSync } from 'node:fs';
import type { TensorSpec } from '../pipeline/tensors.ts';
import { createFileCursor, type FileCursor, readFields } from './file-cursor.ts';

/** What a model file declares. Its weights are skipped, so this takes a few milliseconds even for gigabytes. */
export interface OnnxOutline {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Files beside the model that hold its weights, and the least number of bytes of each. */
  readonly externalFiles: ReadonlyMap<string, number>;
}

/** Field numbers: onnx.proto, messages ModelProto, GraphProto, TensorProto, ValueInfoProto, TypeProto. */
const MODEL_GRAPH = 7;
const GRAPH = { initializer: 5, input: 11, output: 12 } as const;
const TENSOR = { name: 8, externalData: 13 } as const;

/** TensorProto.DataType by onnxruntime's names. */
const TYPES: Readonly<Record<number, string>> = {
  1: 'float32',
  6: 'int32',
  7: 'int64',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16',
};

/** Throws an Error with the reason if the file is not ONNX or ends too early. */
export function readOnnxOutline(path: string): OnnxOutline {
  const file = openSync(path, 'r');
  try {
    const cursor = createFileCursor(file);
    const outline = { inputs: [], outputs: [], initializers: new Set<string>(), externalFiles: new Map() };
    for (const { field, length } of readFields(cursor, fstatSync(file).size)) {
      if (field === MODEL_GRAPH) readGraph(cursor, cursor.position + length, outline);
    }
    const { inputs, outputs, initializers, externalFiles } = outline;
    if (outputs.length === 0) throw new Error('it holds no graph');
    // Models from before 2019 list their weights among the inputs.
    return { inputs: inputs.filter(({ name }) => !initializers.has(name)), outputs, externalFiles };
  } finally {
    closeSync(file);
  }
}

interface OutlineInMaking {
  readonly inputs: TensorSpec[];
  readonly outputs: TensorSpec[];
  readonly initializers: Set<string>;
  readonly externalFiles: Map<string, number>;
}

function readGraph(cursor: FileCursor, end: number, outline: OutlineInMaking): void {
  for (const { field, length } of readFields(cursor, end)) {
    const until = cursor.position + length;
    if (field === GRAPH.input) outline.inputs.push(readValue(cursor, until));
    if (field === GRAPH.output) outline.outputs.push(readValue(cursor, until));
    if (field === GRAPH.initializer) readInitializer(cursor, until, outline);
  }
}

function readInitializer(cursor: FileCursor, end: number, { initializers, externalFiles }: OutlineInMaking): void {
  const entries = new Map<string, string>();
  for (const { field, length } of readFields(cursor, end)) {
    if (field === TENSOR.name) initializers.add(cursor.readText(length));
    if (field === TENSOR.externalData) {
      const [key = '', value = ''] = readTexts(cursor, cursor.position + length);
      entries.set(key, value);
    }
  }
  const location = entries.get('location');
  if (location === undefined) return;
  const needed = Number(entries.get('offset') ?? 0) + Number(entries.get('length') ?? 0);
  externalFiles.set(location, Math.max(needed, externalFiles.get(location) ?? 0));
}

function readValue(cursor: FileCursor, end: number): TensorSpec {
  const value = { name: '', type: 'unknown', shape: [] as (number | string)[] };
  for (const { field, length } of readFields(cursor, end)) {
    if (field === 1) value.name = cursor.readText(length);
    if (field === 2) Object.assign(value, readType(cursor, cursor.position + length));
  }
  return value;
}

/** TypeProto.tensor_type: elem_type 1, shape 2. */
function readType(cursor: FileCursor, end: number): Partial<TensorSpec> {
  const spec: { type?: string; shape?: (number | string)[] } = {};
  for (const { field, length } of readFields(cursor, end)) {
    if (field !== 1) continue;
    for (const part of readFields(cursor, cursor.position + length)) {
      if (part.field === 1) spec.type = TYPES[part.value] ?? `type ${part.value}`;
      if (part.field === 2) spec.shape = readShape(cursor, cursor.position + part.length);
    }
  }
  return spec;
}

/** TensorShapeProto.dim: dim_value 1, dim_param 2, or neither. */
function readShape(cursor: FileCursor, end: number): (number | string)[] {
  const shape: (number | string)[] = [];
  for (const { length } of readFields(cursor, end)) {
    let size: number | string = '';
    for (const part of readFields(cursor, cursor.position + length)) {
      size = part.field === 1 ? part.value : cursor.readText(part.length);
    }
    shape.push(size);
  }
  return shape;
}

function readTexts(cursor: FileCursor, end: number): string[] {
  const texts: string[] = [];
  for (const { length } of readFields(cursor, end)) texts.push(cursor.readText(length));
  return texts;
}
