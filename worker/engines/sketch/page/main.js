import { describeScene } from './describe.js';
import { paintScene } from './painter.js';
import { readRequest } from './request.js';
import { readScene } from './scene.js';

/** @import { EaselSketch } from './types.d.ts' */

/**
 * @template {Element} Kind
 * @param {string} selector @param {new () => Kind} kind
 * @returns {Kind}
 */
function find(selector, kind) {
  const element = document.querySelector(selector);
  if (!(element instanceof kind)) throw new Error(`the page has no ${selector}`);
  return element;
}

const canvas = find('#picture', HTMLCanvasElement);
const understood = find('#understood', HTMLElement);
const form = find('form', HTMLFormElement);

// The processor paints the same pixels everywhere, which a graphics card does not promise.
const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
if (!context) throw new Error('this browser has no 2D canvas');
const paper = context;

let running = new AbortController();

/** @type {EaselSketch} */
const easelSketch = {
  onProgress: null,

  async paint(input) {
    const request = readRequest(input);
    running.abort(new DOMException('another picture was asked for', 'AbortError'));
    running = new AbortController();
    const scene = readScene(request);
    const description = describeScene(scene);
    canvas.width = request.width;
    canvas.height = request.height;
    understood.textContent = description.join(', ');
    await paintScene(paper, scene, {
      signal: running.signal,
      onProgress: (fraction) => easelSketch.onProgress?.(fraction),
    });
    return { width: canvas.width, height: canvas.height, scene, description };
  },

  abort() {
    running.abort(new DOMException('the painting was stopped', 'AbortError'));
  },

  release() {
    canvas.width = 1;
    canvas.height = 1;
  },

  toDataUrl(type = 'image/png', quality = 0.95) {
    return new Promise((resolve, reject) => {
      canvas.toBlob(
        (blob) => {
          if (!blob) return reject(new Error('the picture could not be encoded'));
          const reader = new FileReader();
          reader.onload = () => resolve(String(reader.result));
          reader.onerror = () => reject(reader.error);
          reader.readAsDataURL(blob);
        },
        type,
        quality,
      );
    });
  },
};

window.easelSketch = easelSketch;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const fields = new FormData(form);
  const side = 768;
  easelSketch
    .paint({ prompt: String(fields.get('prompt')), seed: Number(fields.get('seed')), width: side, height: side })
    .catch((error) => {
      if (error.name !== 'AbortError') understood.textContent = error.message;
    });
});
