import express, { type Request, type Response, type Router } from 'express';
import type { ApiCall } from './api-call.ts';
import { downloadTemporaryImageViaProxy } from './api-download.ts';
import { generate } from './api-generate.ts';
import { checkUserVerificationStatus, textQuery, verifyUser } from './api-verification.ts';
import { sendChallenge, sendStatus } from './replies.ts';
import type { Service } from './service.ts';

/** The calls under `https://image-generation.perchance.org/api`. */
export function createApi(service: Service): Router {
  const api = express.Router();
  api.use(express.text({ type: () => true, limit: '20mb' }));
  api.use((request, response, next) => {
    record(service, request, response);
    if (service.behaviour().api === 'challenge') return sendChallenge(request, response);
    next();
  });

  api.get('/verifyUser', (request, response) => sendStatus(response, verifyUser(service, request)));
  api.get(['/checkUserVerificationStatus', '/checkVerificationStatus'], (request, response) =>
    sendStatus(response, checkUserVerificationStatus(service, request)),
  );
  api.post('/generate', (request, response) => generate(service, request, response, parsedBody(request)));
  // Until 2024 it was a GET with all values in the query.
  api.get('/generate', (_request, response) => sendStatus(response, { status: 'invalid_parameter' }));
  api.get('/awaitExistingGenerationRequest', (request, response) => awaitExisting(service, request, response));
  api.get('/getUserQueuePosition', (request, response) => queuePosition(service, request, response));
  api.get('/downloadTemporaryImageViaProxy', (request, response) =>
    downloadTemporaryImageViaProxy(service, request, response),
  );
  api.get('/downloadTemporaryImage', (_request, response) => void response.status(404).send('not found'));
  // The pages' beacons: `generate` and the download report here what went wrong in the browser.
  api.get(['/turnstileClientFail', '/imageDownloadClientFail'], (_request, response) => void response.send('ok'));
  return api;
}

/** `GET /awaitExistingGenerationRequest`: holds until this visitor's generation has ended. */
async function awaitExisting(service: Service, request: Request, response: Response): Promise<void> {
  const { userKey = '' } = textQuery(request);
  const running = service.users.running(userKey);
  const { refusal, generateMs } = service.behaviour();
  const limit = service.waits.wait(running || !refusal ? service.timings.awaitExistingMs : generateMs);
  if (running) await Promise.race([running, limit]);
  else if (refusal) await limit;
  sendStatus(response, { status: 'success' });
}

/** `GET /getUserQueuePosition`. */
function queuePosition(service: Service, request: Request, response: Response): void {
  const { userKey = '' } = textQuery(request);
  const isWaiting = service.users.running(userKey) !== null;
  const waiting = { status: 'waiting', position: 1, havingTechnicalDifficulties: false };
  sendStatus(response, isWaiting ? waiting : { status: 'not_in_queue' });
}

function record(service: Service, request: Request, response: Response): void {
  const call: ApiCall = {
    endpoint: request.path.split('/').at(-1) ?? '',
    method: request.method,
    query: textQuery(request),
    body: parsedBody(request),
    origin: request.get('origin') ?? null,
    referer: request.get('referer') ?? null,
    userAgent: request.get('user-agent') ?? null,
    httpStatus: null,
    status: null,
    isAbandoned: false,
  };
  response.on('close', () => {
    call.isAbandoned = !response.writableFinished;
  });
  response.on('finish', () => {
    call.httpStatus = response.statusCode;
    call.status = response.locals.status ?? null;
  });
  service.log.add(call);
}

function parsedBody(request: Request): Record<string, unknown> | null {
  if (typeof request.body !== 'string') return null;
  try {
    const parsed: unknown = JSON.parse(request.body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : null;
  } catch {
    // The service answers invalid_data to a body that is not JSON, as it does to a missing one.
    return null;
  }
}
