import { AppError, toAppError, toErrorRecord } from '../../../shared/errors.ts';
import { serveParent } from '../../subprocess/serve-parent.ts';
import type { FromChild, LoadMessage, ToChild } from './messages.ts';
import { importRuntime, loadModel, RUNTIME_PACKAGE } from './onnx-runtime.ts';
import type { PaintJob } from './pipeline/pipeline.ts';
import { openStudio, type Studio } from './studio.ts';

/** The process that holds the model. It can be killed at any moment, which is the only way to stop a step. */

let studio: Studio | undefined;

function send(message: FromChild): void {
  process.send?.(message);
}

async function load({ directory, devices, threads }: LoadMessage): Promise<void> {
  const runtime = await importRuntime().catch((cause: unknown) => {
    throw new AppError('engine_failed', `${RUNTIME_PACKAGE} cannot be loaded: ${String(cause)}`, { cause });
  });
  studio = await openStudio({
    directory,
    devices,
    load: (file, device) => loadModel(runtime, file, { device, threads }),
  });
  send({ type: 'loaded', device: studio.device, notes: studio.notes });
}

async function generate(job: PaintJob): Promise<void> {
  if (studio === undefined) throw new AppError('internal', 'a picture was asked for before the model was loaded');
  const painting = await studio.paint(job, {
    onStep: (fraction, status) => send({ type: 'step', fraction, status }),
    onPreview: (preview) => send({ type: 'preview', preview }),
  });
  send({ type: 'done', painting, device: studio.device, notes: studio.notes });
}

async function answer(message: ToChild): Promise<void> {
  try {
    await (message.type === 'load' ? load(message) : generate(message.job));
  } catch (error) {
    send({ type: 'error', error: toErrorRecord(toAppError(error)) });
  }
}

// If memory runs out, the kernel should kill this process and not the worker.
serveParent<ToChild>((message) => void answer(message), { memoryScore: 1000 });
