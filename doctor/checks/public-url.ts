import { resolve4, resolve6 } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { GatewaySettings } from '../../api/config.ts';
import { CALLER_HEADER } from '../../api/http/status.ts';
import { type Answer, ask, type NoAnswer } from '../ask.ts';
import { type Check, type Finding, fail, pass, skip, warn } from '../check.ts';
import { toLocalUrl } from './places.ts';

const SUBJECT = 'gateway';

/** Whether PUBLIC_URL leads to the gateway on this machine, and which address that gateway sees of a caller. */
export const publicUrlChecks = (settings: GatewaySettings): readonly Check[] => {
  const { PUBLIC_URL: url } = settings;
  if (url === undefined) {
    const message = 'PUBLIC_URL is unset: addresses in answers are those of each request.';
    return [{ subject: SUBJECT, title: 'PUBLIC_URL', run: () => [skip('doctor/public-url', SUBJECT, message)] }];
  }
  return [
    { subject: SUBJECT, title: 'PUBLIC_URL', run: (signal) => checkAddress(url, settings, signal) },
    { subject: SUBJECT, title: 'IPv6 of PUBLIC_URL', run: (signal) => checkIPv6(url, signal) },
    { subject: SUBJECT, title: 'X-Forwarded-For', run: (signal) => checkForwarded(url, settings, signal) },
  ];
};

const isAnswer = (answer: Answer | NoAnswer): answer is Answer => !('reason' in answer);

interface Health {
  readonly service?: unknown;
  readonly instance?: unknown;
}

const readHealth = (answer: Answer | NoAnswer): Health =>
  isAnswer(answer) && typeof answer.json === 'object' && answer.json !== null ? answer.json : {};

const isEasel = (answer: Answer | NoAnswer): boolean => readHealth(answer).service === 'easel';

async function checkAddress(url: string, settings: GatewaySettings, signal: AbortSignal): Promise<readonly Finding[]> {
  const [outside, here] = await Promise.all([
    ask(`${url}/health`, { signal }),
    ask(`${toLocalUrl(settings)}/health`, { signal }),
  ]);
  if (!isEasel(here) && !isEasel(outside)) {
    return [skip('doctor/public-url', SUBJECT, 'The gateway does not run now: start it, and run the doctor again.')];
  }
  if (!isAnswer(outside)) return [toFailure(url, outside)];
  const { location } = outside.headers;
  if (outside.status >= 300 && outside.status < 400) {
    const evidence = [`GET ${url}/health: HTTP ${outside.status} to ${location}`];
    const target = (location ?? '').replace(/\/health$/, '');
    const fixes = URL.canParse(target) ? [`PUBLIC_URL=${target}`] : undefined;
    return [warn('doctor/public-url-redirects', SUBJECT, { evidence, fixes })];
  }
  if (!isEasel(outside)) return [await toNotEasel(url, outside, signal)];
  const [theirs, ours] = [readHealth(outside).instance, readHealth(here).instance];
  if (isEasel(here) && theirs !== ours) return [warn('doctor/public-url-other-gateway', SUBJECT)];
  return [pass('doctor/public-url', SUBJECT, 'PUBLIC_URL leads to this gateway.', [url])];
}

const CERTIFICATE = /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/i;

function toFailure(url: string, { reason }: NoAnswer): Finding {
  const evidence = [`GET ${url}/health: ${reason}`];
  if (CERTIFICATE.test(reason)) return fail('doctor/public-url-certificate', SUBJECT, { evidence });
  return fail('doctor/public-url-unreachable', SUBJECT, { evidence });
}

/** Another server answers under the path of PUBLIC_URL. Tries whether the gateway answers without the path. */
async function toNotEasel(url: string, { status }: Answer, signal: AbortSignal): Promise<Finding> {
  const evidence = [`GET ${url}/health: HTTP ${status}, and not Easel`];
  const { origin, pathname } = new URL(url);
  const hasPath = pathname !== '/';
  if (hasPath && isEasel(await ask(`${origin}/health`, { signal }))) {
    const fixes = [`let the proxy forward ${pathname}/ to the gateway`, `PUBLIC_URL=${origin}`];
    return fail('doctor/public-url-base-path', SUBJECT, { evidence, fixes });
  }
  return fail('doctor/public-url-not-easel', SUBJECT, { evidence });
}

async function checkIPv6(url: string, signal: AbortSignal): Promise<readonly Finding[]> {
  const host = new URL(url).hostname;
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0 || host === 'localhost') {
    return [skip('doctor/public-url', SUBJECT, 'PUBLIC_URL has no name that could have an IPv6 address.')];
  }
  const [v6, v4] = await Promise.all([resolve6(host).catch(() => []), resolve4(host).catch(() => [])]);
  if (v6.length === 0) return [pass('doctor/public-url', SUBJECT, `${host} has no IPv6 address, so none can fail.`)];
  const answer = await ask(`${url}/health`, { signal, family: 6 });
  if (isAnswer(answer)) return [pass('doctor/public-url', SUBJECT, `${host} answers over IPv6.`)];
  if (answer.reason === 'ENETUNREACH' || answer.reason === 'EADDRNOTAVAIL') {
    return [skip('doctor/public-url', SUBJECT, 'This machine has no IPv6 itself, so it cannot try.')];
  }
  const evidence = [`${v6[0]}: ${answer.reason}`, ...(v4.length > 0 ? ['it has an IPv4 address too'] : [])];
  return [warn('doctor/public-url-ipv6', SUBJECT, { evidence })];
}

/** Addresses for documentation, which belong to nobody (RFC 5737). */
const CLAIMED = '192.0.2.77';
const STRANGER = '203.0.113.9';

/** Sends a false X-Forwarded-For and reads which address the gateway takes for the caller's. */
async function checkForwarded(
  url: string,
  settings: GatewaySettings,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const answer = await ask(`${url}/health`, { signal, headers: { 'x-forwarded-for': CLAIMED } });
  const caller = isAnswer(answer) ? answer.headers[CALLER_HEADER] : undefined;
  if (caller === undefined) {
    return [skip('doctor/forwarded-for', SUBJECT, 'No gateway at PUBLIC_URL said which caller it sees.')];
  }
  const [seen, count, direct] = caller.split(';').map((part) => part.trim());
  const entries = Number(count);
  if (seen === CLAIMED && isSpoofable(url, settings, entries)) {
    const evidence = [`a caller who claims to be ${CLAIMED} is believed`];
    return [fail('doctor/forwarded-for-spoofed', SUBJECT, { evidence })];
  }
  // The proxy added the caller's address, and the gateway ignores it.
  if (entries > 1 && direct === 'direct') {
    const evidence = [`the proxy sends the caller’s address; the gateway sees ${seen}, the proxy itself`];
    return [warn('doctor/forwarded-for-unseen', SUBJECT, { evidence })];
  }
  return [pass('doctor/forwarded-for', SUBJECT, 'The gateway sees the caller’s own address.')];
}

/** Asks for a stranger's address, because the gateway may rightly trust this machine. */
function isSpoofable(url: string, { TRUST_PROXY: trusts, PORT }: GatewaySettings, entries: number): boolean {
  if (entries > 1) return trusts(STRANGER, entries - 1);
  const isDirect = Number(new URL(url).port) === PORT;
  return !isDirect || trusts(STRANGER, 0);
}
