import type { GatewaySettings } from '../../api/config.ts';
import {
  isWireTooFar,
  WIRE_HEADER,
  WIRE_VERSION,
  workerHealthSchema,
  workerStatusSchema,
} from '../../shared/contract/wire.ts';
import { type Answer, ask, type NoAnswer } from '../ask.ts';
import { type Check, type Finding, fail, pass, skip, warn } from '../check.ts';
import { MADE_AT_START } from '../set-up.ts';
import type { Surroundings } from '../surroundings.ts';

/** The call wakes a sleeping host, which takes up to a minute. */
const TIMEOUT_MS = 75_000;

/** Whether the gateway reaches each worker of WORKER_URL, and whether tokens, versions and clocks agree. */
export const workerLinkChecks = (settings: GatewaySettings, surroundings: Surroundings): readonly Check[] =>
  (settings.WORKER_URL ?? []).map((url) => {
    const link: Link = {
      url,
      subject: `worker at ${new URL(url).host}`,
      token: settings.WORKER_TOKEN?.[0],
      surroundings,
    };
    return {
      subject: link.subject,
      title: 'the worker',
      timeoutMs: TIMEOUT_MS,
      run: (signal) => checkLink(link, signal),
    };
  });

interface Link {
  readonly url: string;
  readonly subject: string;
  readonly token: string | undefined;
  readonly surroundings: Surroundings;
}

async function checkLink(link: Link, signal: AbortSignal): Promise<readonly Finding[]> {
  const { url, subject, surroundings } = link;
  const { ownsWorker } = surroundings.setUp;
  const health = await ask(`${url}/health`, { signal, timeoutMs: TIMEOUT_MS });
  if ('reason' in health) {
    if (ownsWorker) return [skip('doctor/worker', subject, 'It does not run now; `npm start` starts it.')];
    return [toUnreachable(health, link)];
  }
  const clock = toClockFinding(subject, health.skewMs);
  if (workerHealthSchema.safeParse(health.json).data === undefined) return [toNotEasel(health, link)];
  // `npm start` drew the token, and no other process knows it.
  const isTokenUnknown = ownsWorker && surroundings.setUp.worker?.WORKER_TOKEN === MADE_AT_START;
  if (isTokenUnknown) return [pass('doctor/worker', subject, 'It runs, with a token that `npm start` made.'), clock];
  return [...(await checkStatus(link, signal)), clock];
}

async function checkStatus(link: Link, signal: AbortSignal): Promise<readonly Finding[]> {
  const { url, subject, token = '', surroundings } = link;
  const headers = { authorization: `Bearer ${token}`, [WIRE_HEADER]: String(WIRE_VERSION) };
  const answer = await ask(`${url}/status`, { signal, headers });
  if ('reason' in answer) return [toUnreachable(answer, link)];
  if (answer.status === 401)
    return [fail('doctor/worker-token', subject, { evidence: [`GET ${url}/status: HTTP 401`] })];
  const status = workerStatusSchema.safeParse(answer.json).data;
  if (status === undefined) return [toNotEasel(answer, link)];
  const wire = answer.headers[WIRE_HEADER];
  if (isWireTooFar(wire)) {
    const evidence = [`this gateway speaks version ${WIRE_VERSION} of the wire, the worker ${wire ?? 'an older one'}`];
    return [fail('doctor/worker-wire', subject, { evidence })];
  }
  const findings: Finding[] = [];
  if (status.version !== surroundings.version) {
    const evidence = [`this is Easel ${surroundings.version}, the worker is ${status.version}`];
    findings.push(warn('doctor/worker-version', subject, { evidence }));
  }
  if (status.status === 'unhealthy') {
    findings.push(
      fail('doctor/worker-unwell', subject, { evidence: status.problems.map((problem) => `the worker ${problem}`) }),
    );
  }
  return findings.length > 0 ? findings : [pass('doctor/worker', subject, 'It is reached and accepts the token.')];
}

const LOOPBACK = /^(localhost|127\.|\[::1\])/;
const EXPLAINED: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'no name server answers',
  ECONNABORTED: 'no answer in time: it may be asleep, or a firewall drops the call',
  ETIMEDOUT: 'no answer in time: a firewall may drop the call',
};

function toUnreachable({ reason }: NoAnswer, { url, subject }: Link): Finding {
  const evidence = [`GET ${url}/health: ${EXPLAINED[reason] ?? reason} (${reason})`];
  const isLoopback = LOOPBACK.test(new URL(url).host);
  const fixes = [
    'npm run start:worker (on the worker’s machine)',
    ...(isLoopback ? ['WORKER_URL=http://worker:10001 (in containers, localhost is the container itself)'] : []),
    'WORKER_URL=<the address at which the worker listens>',
  ];
  return fail('doctor/worker-unreachable', subject, { evidence, fixes });
}

const toNotEasel = ({ status }: Answer, { url, subject }: Link): Finding =>
  fail('doctor/worker-not-easel', subject, { evidence: [`GET ${url}/health: HTTP ${status}, and not Easel’s worker`] });

/** A smaller skew only affects signatures and logs, because deadlines travel as milliseconds left. */
const MAX_SKEW_MS = 30_000;

export function toClockFinding(subject: string, skewMs: number | undefined): Finding {
  if (skewMs === undefined) return skip('doctor/clock', subject, 'It does not say what time it has.');
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return pass('doctor/clock', subject, 'Its clock agrees with this one.');
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const evidence = [`its clock is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} this one`];
  return warn('doctor/clock-skew', subject, { evidence });
}
