import { paintRequest } from './painter.js';
const canvas = document.getElementById('picture');
const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
window.easelSketch = { async paint(request) { canvas.width = request.width; canvas.height = request.height; const t=performance.now(); const slow={}; const scene = await paintRequest(context, request, { signal: new AbortController().signal, time:(n,ms)=>{if(ms>+(window.SLOW??25))slow[n]=Math.round(ms)} }); return { scene, slow:Object.keys(slow).length?slow:undefined, ms: performance.now()-t }; } };
