import { paintRequest } from './painter.js';
const canvas = document.getElementById('picture');
const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
window.easelSketch = { async paint(request) { canvas.width = request.width; canvas.height = request.height; const t=performance.now(); const scene = await paintRequest(context, request, { signal: new AbortController().signal }); return { scene, ms: performance.now()-t }; } };
