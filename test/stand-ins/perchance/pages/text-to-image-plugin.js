import { config, pause } from './config.js';
import { parsePromptOptions } from './prompt-options.js';

const RESOLUTIONS = ['512x512', '512x768', '768x512', '768x768'];
const DEFAULT_GUIDANCE_SCALE = 7;
const NARROW_SCREEN_PX = 600;

/** One image: an iframe that does not load before it is looked at, or a text that says what is wrong. */
export function textToImage(fields) {
  const { prompt, options } = parsePromptOptions(fields.prompt);
  const wishes = { seed: -1, resolution: '512x512', negativePrompt: '', ...fields, ...options, prompt };
  wishes.guidanceScale ||= DEFAULT_GUIDANCE_SCALE;

  const [width, height] = wishes.resolution.split('x');
  if (wishes.size && width !== height) return refusal('size is only a valid parameter with square resolutions');
  if (wishes.guidanceScale < 1 || Math.round(wishes.guidanceScale) !== wishes.guidanceScale) {
    return refusal('guidanceScale should be a whole number between 1 and 30, inclusive');
  }
  if (!RESOLUTIONS.includes(wishes.resolution)) return refusal('that resolution is not valid');
  return createIframe(wishes);
}

function createIframe(wishes) {
  const iframeId = `id${Math.random().toString().replace('.', '')}`;
  const iframe = document.createElement('iframe');
  iframe.className = `text-to-image-plugin-image-iframe ${iframeId}`;
  iframe.dataset.alreadyAddedIntersectionObserver = 'no';
  iframe.dataset.src = `${config.embedUrl}#${encodeURIComponent(JSON.stringify(hashData(wishes, iframeId)))}`;
  iframe.style.cssText = `border:0; ${sizeCss(wishes)}; aspect-ratio:${wishes.resolution.replace('x', '/')}; ${wishes.style ?? ''}`;
  window.addEventListener('message', (event) => {
    if (event.data?.type !== 'readyForData' || event.data.id !== iframeId) return;
    iframe.contentWindow?.postMessage({ type: 'originNotify', frameId: iframeId }, config.embedOrigin);
  });
  return iframe;
}

function hashData(wishes, iframeId) {
  return {
    saveChannel: config.generatorName,
    saveTitle: wishes.saveTitle ?? '',
    saveDescription: wishes.saveDescription ?? '',
    prompt: wishes.prompt,
    seed: wishes.seed,
    resolution: wishes.resolution,
    guidanceScale: wishes.guidanceScale,
    defaultGuidanceScale: DEFAULT_GUIDANCE_SCALE,
    negativePrompt: wishes.negativePrompt,
    requestId: Math.random().toString(),
    iframeId,
    referenceImage: null,
  };
}

function sizeCss({ size, width, height, resolution }) {
  if (size) return `width:${size}px`;
  if (width || height) return `width:${width ? `${width}px` : 'auto'}; height:${height ? `${height}px` : 'auto'}`;
  return resolution === '768x768' ? 'width:450px' : 'width:300px';
}

function refusal(text) {
  return document.createTextNode(`(text-to-image-plugin: ${text})`);
}

/** An image far below the visible part never starts, so that feeds of many images do not all run at once. */
export async function observeNewIframes() {
  await pause(config.timings.observerDelayMs);
  for (const iframe of document.querySelectorAll('[data-already-added-intersection-observer="no"]')) {
    iframe.dataset.alreadyAddedIntersectionObserver = 'yes';
    const isNarrow = window.innerWidth < NARROW_SCREEN_PX;
    const margin = isNarrow ? Math.min(1500, window.innerHeight * 3) : Math.min(1000, window.innerHeight * 2);
    for (const root of [document.documentElement, null]) {
      const observer = new IntersectionObserver(
        ([entry]) => {
          if (!entry.isIntersecting) return;
          if (!iframe.src) iframe.src = iframe.dataset.src;
          observer.disconnect();
        },
        { root, rootMargin: `${margin}px` },
      );
      observer.observe(iframe);
    }
  }
}
