import { config } from './config.js';

const ACCESS_CODE_URL = '/api/getAccessCodeForAdPoweredStuff';
const TEN_MINUTES_MS = 600_000;

// Embeds ask from two frames below for the code that shows that an advertisement was on the page.
window.addEventListener('message', async (event) => {
  if (event.data?.type !== 'plsGibAccessCodeForAdPoweredStuff' || event.origin !== config.embedOrigin) return;
  const response = await fetch(`${ACCESS_CODE_URL}?__cacheBust=${Math.floor(Date.now() / TEN_MINUTES_MS)}`);
  const code = await response.text();
  event.source.postMessage({ type: 'okayYouMayHaveCodeForAdPoweredStuff♡', code }, event.origin);
});
