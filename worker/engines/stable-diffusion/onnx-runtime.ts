import { AppError } from '../../../shared/errors.ts';
import type { ModelFile } from './model/model-description.ts';
import { type Model, type Tensor, type TensorSpec, toFloats } from './pipeline/tensors.ts';
import runtime from './runtime.json' with { type: 'json' };

export const RUNTIME_PACKAGE = runtime.package;

/** Our own declaration of what we use of onnxruntime-node, because the package and its types are optional. */
export interface OnnxRuntime {
  readonly env: { logLevel?: string };
  readonly Tensor: new (type: string, data: Tensor['data'], dims: readonly number[]) => RuntimeTensor;
  readonly InferenceSession: { create(path: string, options: Record<string, unknown>): Promise<Session> };
}

interface RuntimeTensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
}

interface Session {
  readonly inputMetadata: readonly TensorSpec[];
  run(feeds: Record<string, RuntimeTensor>, fetches: readonly string[]): Promise<Record<string, RuntimeTensor>>;
  release(): Promise<void>;
}

export interface LoadedModel extends Model {
  release(): Promise<void>;
}

/** Changes the whole process. Call it in the child process only, because `session.run` blocks its thread. */
export async function importRuntime(): Promise<OnnxRuntime> {
  // With this class present (Node 24) the binding sees float16 tensors of 0 bytes: microsoft/onnxruntime#32323.
  Reflect.deleteProperty(globalThis, 'Float16Array');
  // The cast replaces the package's own types, which may not be installed.
  const runtime = (await import(RUNTIME_PACKAGE)) as OnnxRuntime;
  runtime.env.logLevel = 'error';
  return runtime;
}

interface LoadOptions {
  readonly device: string;
  /** Unset: one per core. */
  readonly threads?: number | undefined;
}

/** None of these options changes the results. Only the optimisation level would, and it stays the default. */
function toSessionOptions({ device, threads }: LoadOptions): Record<string, unknown> {
  return {
    executionProviders: [{ name: device }],
    ...(threads !== undefined && { intraOpNumThreads: threads }),
    interOpNumThreads: 1,
    // The memory pattern plans memory for each new input shape and keeps it: 7.3 instead of 4.9 GB at 512x512.
    enableMemPattern: false,
    logSeverityLevel: 3,
    // Otherwise threads that wait for the next step use up processor time.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}

/** Loads by path, so that the runtime finds external data beside the model. Throws the runtime's own error. */
export async function loadModel(runtime: OnnxRuntime, file: ModelFile, options: LoadOptions): Promise<LoadedModel> {
  const session = await runtime.InferenceSession.create(file.path, toSessionOptions(options));
  return {
    name: file.name,
    inputs: session.inputMetadata,
    async run(feeds, wanted) {
      const tensors = Object.entries(feeds).map(([name, { type, data, dims }]) => [
        name,
        new runtime.Tensor(type, data, dims),
      ]);
      const outputs = await session.run(Object.fromEntries(tensors), wanted);
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { type, data, dims }]) => [name, { data: toFloats(type, data), dims }]),
      );
    },
    release: () => session.release(),
  };
}

/** The runtime throws a plain Error for everything. Only its message shows a lack of memory. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && /bad.?alloc|failed to allocate|out of memory/i.test(error.message);
}

export function outOfMemory(internalMessage: string): AppError {
  return new AppError('engine_failed', internalMessage, {
    publicMessage: 'There is not enough memory for a picture of this size here. Ask for a smaller one.',
  });
}
