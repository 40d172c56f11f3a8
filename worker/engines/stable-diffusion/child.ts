import { writeFileSync } from 'node:fs';
import { AppError, toAppError, toErrorRecord } from '../../../shared/errors.ts';
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

/** If memory runs out, the kernel should kill this process and not the worker (proc(5), oom_score_adj). */
function volunteerForOutOfMemory(): void {
  if (process.platform === 'linux') writeFileSync('/proc/self/oom_score_adj', '1000');
}

volunteerForOutOfMemory();
process.on('message', (message: ToChild) => void answer(message));
// The channel closes when the worker ends, for whatever reason.
process.on('disconnect', () => process.exit(0));
