import { config } from './config.js';

const POSTED_REFERENCE_IMAGE = '<data-via-postmessage>';

export function sendToParent(message) {
  window.parent.postMessage(message, '*');
}

/** A page of a stranger's that presents itself as the parent makes the embed clear itself. */
export function guardOrigin() {
  window.addEventListener('message', (event) => {
    if (event.data?.type !== 'originNotify' || config.trustedOrigins.includes(event.origin)) return;
    document.body.replaceChildren();
  });
}

/** The ad access code from the page two frames above; empty when no reply comes. */
export function adAccessCode() {
  return new Promise((resolve) => {
    const finish = (code) => {
      clearTimeout(timer);
      window.removeEventListener('message', onMessage);
      localStorage.setItem('adAccessCode', code);
      resolve(code);
    };
    const onMessage = (event) => {
      if (event.data?.type === 'okayYouMayHaveCodeForAdPoweredStuff♡') finish(event.data.code);
    };
    const timer = setTimeout(() => finish(''), config.timings.adAccessCodeMs);
    window.addEventListener('message', onMessage);
    window.parent.parent.postMessage({ type: 'plsGibAccessCodeForAdPoweredStuff' }, '*');
  });
}

/** Says that the embed listens and resolves with the reference image, which the parent may post. */
export function referenceImage(options) {
  return new Promise((resolve) => {
    if (options.referenceImage?.url === POSTED_REFERENCE_IMAGE) {
      window.addEventListener('message', (event) => {
        if (event.data?.id !== options.iframeId || !event.data.referenceImageDataUrl) return;
        resolve({ ...options.referenceImage, url: event.data.referenceImageDataUrl });
      });
    } else {
      resolve(options.referenceImage ?? undefined);
    }
    sendToParent({ type: 'readyForData', id: options.iframeId });
  });
}
