import { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import { isRefusal, type Probe } from '../../upstream/probe.ts';
import { describeReply, isSuccess, readJson } from '../../upstream/upstream.ts';
import { type Ask, type ConnectedSpace, SpaceAsleep } from './space.ts';
import type { SpaceAddress } from './space-address.ts';

/** Seconds of GPU time: all of a day, and what is left of them. Of the hub's OpenAPI description, July 2026. */
const quotaSchema = z.object({ base: z.number(), current: z.number(), resetsAt: z.string().nullish() });

interface GradioProbe {
  readonly spaces: readonly SpaceAddress[];
  readonly token: string | undefined;
  readonly hubUrl: string;
  readonly ask: Ask;
  /** Does not wake a Space that sleeps. */
  readonly connect: (address: SpaceAddress, signal: AbortSignal) => Promise<ConnectedSpace>;
  readonly signal: AbortSignal;
}

/** How each Space is, and what the token has left. Throws when none of the Spaces can be used. */
export async function probeGradio(options: GradioProbe): Promise<Probe> {
  const { spaces, token, signal } = options;
  const account = token === undefined ? undefined : await probeToken(options, token);
  if (account?.authorized === 'no') return account;
  const states = await Promise.all(spaces.map((address) => probeSpace(options, address)));
  signal.throwIfAborted();
  const notes = states.map(({ note }) => note);
  if (states.every(({ isUsable }) => !isUsable)) throw new AppError('engine_failed', notes.join('; '));
  return { authorized: 'unasked', ...account, notes };
}

async function probeSpace({ connect, signal }: GradioProbe, address: SpaceAddress) {
  try {
    const { label } = await connect(address, signal);
    return { isUsable: true, note: `${label} runs` };
  } catch (error) {
    if (error instanceof SpaceAsleep) return { isUsable: true, note: `${error.message}; the first picture wakes it` };
    return { isUsable: false, note: error instanceof Error ? error.message : String(error) };
  }
}

async function probeToken({ hubUrl, ask, signal }: GradioProbe, token: string): Promise<Probe> {
  const reply = await ask(`${hubUrl}/api/spaces/zero-gpu/quota`, signal);
  if (isRefusal(reply)) return { authorized: 'no', notes: [describeReply(reply, [token])] };
  // Another hub than Hugging Face's need not know it.
  const quota = isSuccess(reply) ? quotaSchema.safeParse(readJson(reply)).data : undefined;
  if (quota === undefined) return { authorized: 'unasked' };
  const resetsAt = Date.parse(quota.resetsAt ?? '');
  const left = { left: quota.current, unit: 'seconds of GPU time today' };
  return { authorized: 'yes', quota: { ...left, ...(!Number.isNaN(resetsAt) && { resetsAt }) } };
}
