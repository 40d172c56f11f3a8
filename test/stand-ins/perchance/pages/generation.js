import { callApi, Failure } from './call-api.js';
import { config, pause } from './config.js';
import { showWaiting } from './display.js';
import { forgetUserKey, renewBrowserId } from './identity.js';
import { adAccessCode } from './parent-messages.js';
import { verifyUser } from './verification.js';

const TEXT_BY_STATUS = {
  client_update_required: 'Please refresh the page: a new version is available.',
  not_logged_in: 'You need to be logged in.',
  invalid_data: 'Invalid data.',
  invalid_parameter: 'Invalid parameter.',
};

/** Asks until the service answers `success`, as the site does for each status that it knows. */
export async function generate(options, image) {
  const session = { userKey: await verifyUser(), code: await adAccessCode(), requestId: options.requestId };
  const repaired = new Set();
  for (;;) {
    showWaiting('Generating...');
    const reply = await requestGeneration(options, image, session);
    switch (reply.status) {
      case 'success':
        return reply;
      case 'invalid_key':
      case 'invalid_user_key':
      case 'failed_verification':
        once(repaired, reply.status);
        forgetUserKey();
        session.userKey = await verifyUser();
        break;
      case 'invalid_browser_id':
        once(repaired, reply.status);
        renewBrowserId();
        session.userKey = await verifyUser();
        break;
      case 'invalid_ad_access_code':
      case 'invalid_access_code':
        once(repaired, 'invalid_ad_access_code');
        session.code = await adAccessCode();
        break;
      case 'stale_request':
        session.requestId = Math.random().toString();
        break;
      default:
        await waitFor(reply, session);
    }
  }
}

function requestGeneration(options, image, { userKey, code, requestId }) {
  const query = { userKey, requestId, adAccessCode: code, v: config.clientVersion };
  return callApi('generate', query, {
    prompt: options.prompt,
    negativePrompt: options.negativePrompt,
    seed: options.seed,
    resolution: options.resolution,
    guidanceScale: options.guidanceScale ?? options.defaultGuidanceScale,
    channel: options.saveChannel,
    subChannel: 'public',
    userKey,
    adAccessCode: code,
    requestId,
    referenceImage: image,
  });
}

/** The statuses after which the same request is sent again; every other one ends the embed's work. */
async function waitFor(reply, { userKey, requestId }) {
  switch (reply.status) {
    case 'waiting_for_prev_request_to_finish':
      showWaiting('Waiting for your previous image...');
      await callApi('awaitExistingGenerationRequest', { userKey });
      return;
    case 'queued':
      showWaiting('In the queue...');
      await callApi('getUserQueuePosition', { userKey, requestId });
      await callApi('awaitExistingGenerationRequest', { userKey });
      return;
    case 'network_busy':
      showWaiting('The network is busy...');
      return pause(config.timings.networkBusyMs);
    case 'gen_failure':
      if (reply.type !== 1) throw new Failure('Generation failed.');
      return pause(config.timings.genFailureMs);
    case 'too_many_requests':
      showWaiting('Too many requests...');
      return pause(config.timings.tooManyRequestsMs);
    case 'fetch_failure':
      showWaiting('Connection trouble, trying again...');
      return pause(config.timings.fetchFailureMs);
    default:
      throw new Failure(TEXT_BY_STATUS[reply.status] ?? `Unknown status: ${reply.status}`);
  }
}

function once(repaired, status) {
  if (repaired.has(status)) throw new Failure(status);
  repaired.add(status);
}
