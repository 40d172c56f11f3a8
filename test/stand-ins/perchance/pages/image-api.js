import { config } from './config.js';
import { observeNewIframes, textToImage } from './text-to-image-plugin.js';

// "Image API v1": the request is in the address. The answer is the page's text, and a message to the parent window.
const wishes = Object.fromEntries(new URLSearchParams(window.location.search));

function sendResult(result) {
  document.body.textContent = JSON.stringify(result);
  window.parent.postMessage({ api: 'perchance-image-api', result }, '*');
}

async function sendPicture(dataUrl, seed) {
  const response = await fetch('/uploads', { method: 'POST', body: dataUrl });
  const url = config.imageUrl ?? (await response.text());
  sendResult({ id: wishes.id, ok: true, url, prompt: wishes.prompt, seed, generatedAt: Date.now() });
}

if (config.failure === null) {
  const { prompt, negativePrompt, resolution } = wishes;
  const [seed, guidanceScale] = [Number(wishes.seed), Number(wishes.guidanceScale)];
  document.body.append(textToImage({ prompt, negativePrompt, resolution, seed, guidanceScale }));
  window.addEventListener('message', (event) => {
    if (event.data?.type === 'finished') void sendPicture(event.data.dataUrl, event.data.seedUsed);
  });
  void observeNewIframes();
} else if (config.failure !== 'silent') {
  sendResult({ id: wishes.id, ok: false, ...config.failure });
}
