import type { Request, Response } from 'express';
import { type StatusReply, textQuery } from './api-verification.ts';
import type { PictureRequest } from './fingerprint.ts';
import { toGenerateRequest } from './generate-request.ts';
import { paintPicture } from './picture.ts';
import { sendHtml, sendStatus } from './replies.ts';
import type { Service } from './service.ts';

/** `POST /generate`: holds the reply until the picture is made. */
export async function generate(
  service: Service,
  request: Request,
  response: Response,
  body: Record<string, unknown> | null,
): Promise<void> {
  const query = textQuery(request);
  const userKey = query.userKey ?? textOf(body?.userKey);
  const leave = service.concurrency.enter(userKey);
  try {
    await answer(service, request, response, body, userKey);
  } finally {
    leave();
  }
}

async function answer(
  service: Service,
  request: Request,
  response: Response,
  body: Record<string, unknown> | null,
  userKey: string,
): Promise<void> {
  const checked = toGenerateRequest(body);
  const fault = findFault(service, request, body, userKey);
  if (fault) return sendStatus(response, { status: fault });
  if (!checked.ok) return sendStatus(response, { status: checked.status });
  if (refuse(service, request, response, body, userKey)) return;
  if (service.users.running(userKey)) return sendStatus(response, { status: 'waiting_for_prev_request_to_finish' });

  const behaviour = service.behaviour();
  const end = service.users.begin(userKey);
  const isDone = await service.waits.wait(behaviour.generateMs);
  if (!isDone) {
    end();
    request.socket.destroy();
    return;
  }
  const bytes = await paintPicture(checked.request, behaviour.format);
  end();
  sendStatus(response, success(service, checked.request, bytes));
}

function findFault(
  service: Service,
  request: Request,
  body: Record<string, unknown> | null,
  userKey: string,
): string | null {
  const { v, adAccessCode = textOf(body?.adAccessCode) } = textQuery(request);
  if (v !== undefined && v !== service.clientVersion) return 'client_update_required';
  if (!service.users.isValid(userKey, request.socket.remoteAddress ?? '')) return 'invalid_key';
  // An empty code was accepted in a capture of August 2026; a wrong one is not.
  if (adAccessCode !== '' && adAccessCode !== service.adAccessCode()) return 'invalid_ad_access_code';
  return null;
}

/** Sends the mode's refusal, with its effects on the visitor's key and code. Returns whether there was one. */
function refuse(
  service: Service,
  request: Request,
  response: Response,
  body: Record<string, unknown> | null,
  userKey: string,
): boolean {
  const refusal = service.takeRefusal(textQuery(request).requestId ?? textOf(body?.requestId));
  if (!refusal) return false;
  switch (refusal.kind) {
    case 'reset':
      request.socket.resetAndDestroy();
      return true;
    case 'html':
      sendHtml(response, 200, '<!doctype html><title>Perchance</title><p>We are down for maintenance.</p>');
      return true;
    case 'status':
      applyStatus(service, refusal.body.status, userKey);
      sendStatus(response, refusal.body, refusal.httpStatus);
      return true;
  }
}

function applyStatus(service: Service, status: string, userKey: string): void {
  const losesKey = ['invalid_key', 'invalid_user_key', 'failed_verification', 'invalid_browser_id'];
  if (losesKey.includes(status)) service.users.revoke(userKey);
  if (status === 'invalid_ad_access_code' || status === 'invalid_access_code') service.rotateAdAccessCode();
}

function success(service: Service, request: PictureRequest, bytes: Buffer): StatusReply {
  const { delivery, format, maybeNsfw } = service.behaviour();
  const mediaType = `image/${format}`;
  if (delivery === 'data_url') {
    const dataUrl = `data:${mediaType};base64,${bytes.toString('base64')}`;
    return { status: 'success', imageDataUrls: [dataUrl], seed: request.seed };
  }
  const { token, imageId } = service.downloads.add(bytes, mediaType);
  const [width, height] = request.resolution.split('x').map(Number);
  return {
    status: 'success',
    imageId,
    fileExtension: format,
    seed: request.seed,
    prompt: request.prompt,
    negativePrompt: request.negativePrompt,
    width,
    height,
    guidanceScale: request.guidanceScale,
    maybeNsfw,
    imageDownloadUrl: `/api/downloadTemporaryImageViaProxy?t=${encodeURIComponent(token)}`,
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
