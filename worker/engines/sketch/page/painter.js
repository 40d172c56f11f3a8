import { composeLayers } from './compose.js';
import { createRandom } from './random.js';

/** @import { Context, Scene } from './types.d.ts' */

/** Gives the page time for other events, such as an abort. A message arrives sooner than a timer. */
function nextTask() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(undefined);
  });
}

/**
 * Paints a scene, layer by layer, from the sky to the paper's grain.
 * @param {Context} context its canvas already has the scene's size
 * @param {Scene} scene
 * @param {{ signal: AbortSignal, onProgress: (fraction: number) => void }} options
 * @returns {Promise<void>} rejects with the signal's reason when aborted
 */
export async function paintScene(context, scene, { signal, onProgress }) {
  const layers = composeLayers(scene);
  for (const [index, layer] of layers.entries()) {
    signal.throwIfAborted();
    context.save();
    layer.paint(context, scene, createRandom(`${scene.key}/${layer.name}`));
    context.restore();
    // A canvas only records commands until it is read. Reading one pixel makes it paint now, not in a later step.
    context.getImageData(0, 0, 1, 1);
    onProgress((index + 1) / layers.length);
    await nextTask();
  }
}
