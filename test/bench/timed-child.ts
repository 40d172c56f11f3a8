import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * The engine's child process, with a timer around the runtime. After each call it writes to the file BENCH_NOTES how long
 * all calls took together, and the peak of the process's memory.
 */

interface Session {
  run(...args: unknown[]): Promise<unknown>;
}

interface Runtime {
  readonly InferenceSession: { create(...args: unknown[]): Promise<Session> };
}

/** The engine imports the same module object, so it is changed in place. */
Reflect.deleteProperty(globalThis, 'Float16Array');
const { InferenceSession } = createRequire(import.meta.url)('onnxruntime-node') as Runtime;
const create = InferenceSession.create.bind(InferenceSession);
const notes = process.env.BENCH_NOTES ?? '';
let milliseconds = 0;

InferenceSession.create = async (...args) => {
  const session = await create(...args);
  const run = session.run.bind(session);
  session.run = async (...call) => {
    const startedAt = performance.now();
    const outputs = await run(...call);
    milliseconds += performance.now() - startedAt;
    const peak = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0;
    writeFileSync(notes, JSON.stringify({ milliseconds, peakMb: Number(peak) / 1024 }));
    return outputs;
  };
  return session;
};

await import('../../worker/engines/stable-diffusion/child.ts');
