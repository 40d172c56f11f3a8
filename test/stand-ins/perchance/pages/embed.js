import { attack, twistResult } from './attack.js';
import { Failure } from './call-api.js';
import { config } from './config.js';
import { showError, showResult, showWaiting } from './display.js';
import { downloadPicture, toDataUrl } from './download.js';
import { generate } from './generation.js';
import { browserId } from './identity.js';
import { guardOrigin, referenceImage, sendToParent } from './parent-messages.js';
import { verifyUser } from './verification.js';

async function start() {
  const options = JSON.parse(decodeURIComponent(window.location.hash.slice(1)) || '{}');
  window.generationIdentity = { browserId: browserId() };
  localStorage.setItem('subChannelName', 'public');
  guardOrigin();
  try {
    if (options.verifyOnly) {
      await verifyUser();
      return;
    }
    if (!options.prompt) throw new Failure('No prompt provided.');
    if (config.attack) await attack(config.attack, config.targets);
    await finish(await generate(options, await referenceImage(options)), options);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    showError(error.message);
  }
}

async function finish(reply, options) {
  showWaiting('Downloading...');
  const dataUrl = twistResult(config.attack, reply.imageDataUrls?.[0] ?? (await downloadedDataUrl(reply)));
  if (config.attack === 'wild_seed') reply.seed = 1e308;
  window.seedUsedForThisResult = reply.seed;
  window.imageIdOfResultImage = reply.imageId;
  window.fileExtensionOfResultImage = reply.fileExtension;
  window.finishedGeneration = true;
  showResult(dataUrl, reply, options);
  sendToParent({ type: 'updateContentGuardVisibility', id: options.iframeId, visible: Boolean(reply.maybeNsfw) });
  sendToParent({ type: 'finished', id: options.iframeId, dataUrl, seedUsed: reply.seed });
  sendToParent({ type: 'documentHeightChanged', id: options.iframeId, height: document.body.scrollHeight });
}

async function downloadedDataUrl(reply) {
  const bytes = await downloadPicture(reply);
  window.arrayBufferOfResultImage = bytes;
  return toDataUrl(bytes, `image/${reply.fileExtension}`);
}

window.finishedGeneration = false;
window.verifyUser = verifyUser;
window.start = start;
// Opened as a page of its own the embed stays at "Starting...".
if (window.top !== window) void start();
