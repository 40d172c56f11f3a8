import { AppError, type ErrorCode } from '../../shared/errors.ts';
import { toExcerpt } from '../upstream/excerpt.ts';
import { readJson, toUpstreamError, type UpstreamReply } from '../upstream/upstream.ts';
import type { Explanation, ServiceContext, Step } from './service-description.ts';

/** Words by which services refuse a prompt or a picture; looked for in at most this many characters. */
const REFUSAL = /moderat|nsfw|safety|content.?polic|prohibited|flagged|sensitive content/i;
const MAX_READ_CHARACTERS = 4000;

/** The AppError for an answer that is no success. */
export function toReplyError(reply: UpstreamReply, options: ServiceContext): AppError {
  const { service, config, request, secrets } = options;
  const answer = { status: reply.status, headers: reply.headers, json: readJson(reply), bytes: reply.body };
  const explained = service.explain?.(answer, config.clock.now()) ?? explainStatus(reply, options);
  const isOurs = explained === undefined && (reply.status === 400 || reply.status === 422);
  if (isOurs && request.options !== undefined) return refusedOptions(reply, service);
  return toUpstreamError(reply, { secrets, now: config.clock.now(), ...explained });
}

function explainStatus(reply: UpstreamReply, { service, config }: ServiceContext): Explanation | undefined {
  const { status, body } = reply;
  const words = body.toString('utf8', 0, MAX_READ_CHARACTERS);
  const variable = service.name.toUpperCase().replaceAll('-', '_');
  if ([400, 403, 422, 451].includes(status) && REFUSAL.test(words))
    return explain('prompt_refused', `${service.title} refuses this prompt.`);
  if (status === 401 || status === 403)
    return explain('engine_unauthorized', `${service.title} does not accept the key: check ${variable}_API_KEY.`);
  if (status === 402)
    return explain('engine_unauthorized', `The credit at ${service.title} is spent, or its plan does not allow this.`);
  if (status === 404 || status === 410)
    return explain('engine_changed', `${service.title} has no model ${config.model}: set ${variable}_MODEL.`);
  return undefined;
}

const explain = (code: ErrorCode, publicMessage: string): Explanation => ({ code, publicMessage });

/** The caller sent fields by the upstream's own names, so a refusal is the caller's fault. */
function refusedOptions({ call, status }: UpstreamReply, { name, title }: ServiceContext['service']): AppError {
  const field = `engine_options.${name}`;
  const publicMessage = `${field}: ${title} refuses the request with these options (HTTP ${status}).`;
  return new AppError('invalid_request', `${call}: HTTP ${status} for a request with options`, {
    field,
    publicMessage,
  });
}

export type EndWithoutPicture = Exclude<Step, { is: 'done' | 'next' }>;

/** The work ended without a picture. */
export function toStepError(step: EndWithoutPicture, title: string, secrets: readonly string[]): AppError {
  if (step.is === 'waiting') return new AppError('engine_changed', `${title}: the answer to the submission is no end`);
  const reason = `${title}: ${toExcerpt(step.reason, secrets)}`;
  if (step.is === 'failed') return new AppError(step.code ?? 'engine_failed', reason);
  return new AppError('prompt_refused', reason, { publicMessage: `${title} refuses this prompt or its picture.` });
}
