import { composeLayers } from './compose.js';
import { createRandom } from './random.js';
import { readScene } from './scene.js';

/** @import { Context, Scene, SketchRequest } from './types.d.ts' */

/** Lets the page breathe, and hear an abort, between two layers. */
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
 * Paints a request, layer by layer.
 * @param {Context} context its canvas already has the request's size
 * @param {SketchRequest} request
 * @param {{ signal: AbortSignal, onProgress?: ((fraction: number) => void) | undefined }} options
 * @returns {Promise<Scene>}
 */
export async function paintRequest(context, request, { signal, onProgress, time }) {
  const scene = readScene(request);
  const layers = composeLayers(scene);
  for (const [index, layer] of layers.entries()) {
    signal.throwIfAborted();
    context.save();
    const t0 = performance.now(); layer.paint(context, scene, createRandom(`${scene.key}/${layer.name}`)); context.getImageData(0, 0, 1, 1); time?.(layer.name, performance.now() - t0);
    context.restore();
    onProgress?.((index + 1) / layers.length);
    await nextTask();
  }
  return scene;
}
