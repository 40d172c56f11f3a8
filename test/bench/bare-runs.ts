import { readFileSync } from 'node:fs';
import { readModelDirectory } from '../../worker/engines/stable-diffusion/model/model-directory.ts';
import { importRuntime, loadModel } from '../../worker/engines/stable-diffusion/onnx-runtime.ts';
import type { Tensor } from '../../worker/engines/stable-diffusion/pipeline/tensors.ts';

/** `node bare-runs.ts DIR SIDE STEPS`: makes only the runtime calls of one guided picture, and prints their time and memory. */

const [directory = '', side = '512', steps = '20'] = process.argv.slice(2);
const model = readModelDirectory(directory);
const runtime = await importRuntime();
const startedAt = performance.now();
const [unet, textEncoder, decoder] = await Promise.all(
  model.files.map((file) => loadModel(runtime, file, { device: 'cpu' })),
);
const loadMs = performance.now() - startedAt;
const latent = Number(side) / 8;

const floats = (...dims: number[]): Tensor => ({
  type: 'float32',
  data: new Float32Array(dims.reduce((product, size) => product * size, 1)).fill(0.1),
  dims,
});
const ids: Tensor = { type: 'int64', data: new BigInt64Array(77), dims: [1, 77] };
const timestep: Tensor = { type: 'int64', data: BigInt64Array.of(500n), dims: [] };

const states = [];
for (let row = 0; row < 2; row++) states.push(await textEncoder?.run({ input_ids: ids }, ['last_hidden_state']));
const width = states[0]?.last_hidden_state?.dims[2] ?? 0;
for (let step = 0; step < Number(steps); step++) {
  const feeds = { sample: floats(2, 4, latent, latent), timestep, encoder_hidden_states: floats(2, 77, width) };
  await unet?.run(feeds, ['out_sample']);
}
await decoder?.run({ latent_sample: floats(1, 4, latent, latent) }, ['sample']);
const peak = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0;
console.log(
  JSON.stringify({ loadMs, milliseconds: performance.now() - startedAt - loadMs, peakMb: Number(peak) / 1024 }),
);
