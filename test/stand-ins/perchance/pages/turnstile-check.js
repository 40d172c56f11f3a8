import { Failure } from './call-api.js';
import { config } from './config.js';
import { showWaiting } from './display.js';

let scriptLoaded = null;

/** Resolves with a token; never resolves while the check is not passed. */
export async function turnstileToken() {
  showWaiting('Verification in progress...');
  scriptLoaded ??= loadScript();
  await scriptLoaded;
  return new Promise((resolve) => {
    window.turnstile.render('#cfTurnstileCtn', {
      sitekey: config.turnstileSiteKey,
      callback: resolve,
      'error-callback': (code) => {
        void fetch(`/api/turnstileClientFail?kind=widget-error&code=${code}`);
      },
    });
  });
}

function loadScript() {
  return new Promise((resolve, reject) => {
    const reload = setTimeout(() => window.location.reload(), config.timings.turnstileScriptMs);
    window.onloadTurnstileCallback = () => {
      clearTimeout(reload);
      resolve();
    };
    const script = document.createElement('script');
    script.src = `${config.turnstileUrl}?onload=onloadTurnstileCallback`;
    script.onerror = () => {
      clearTimeout(reload);
      reject(new Failure('Your device is blocking challenges.cloudflare.com'));
    };
    document.head.append(script);
  });
}
