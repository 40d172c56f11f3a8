import type { AxiosInstance } from 'axios';
import type { z } from 'zod';
import type { Clock } from '../../../shared/wait.ts';
import { createCachedList } from '../../upstream/cached-list.ts';
import { callUpstream, isSuccess, readJson } from '../../upstream/upstream.ts';
import { modelsReplySchema } from './schema.ts';

/**
 * OpenAI's picture models change within months, so the default is chosen from `GET /v1/models` at run time. If that
 * fails, these are used in order. OpenAI names them as the successors of gpt-image-1
 * (developers.openai.com/api/docs/deprecations, November 2026).
 */
const LITERAL_MODELS: readonly string[] = ['gpt-image-2.6-flare', 'gpt-image-2'];

type ListedModel = z.infer<typeof modelsReplySchema>['data'][number];

const VERSION = /^gpt-image-(\d{1,3})(?:\.(\d{1,3}))?/;

/** Usable picture models, best first: the newest version first, and its fast tier `-flare` before the others. */
function rankModels(models: readonly ListedModel[], now: number): readonly string[] {
  const today = new Date(now).toISOString().slice(0, 10);
  const isOpen = ({ shutdown_date: date }: ListedModel): boolean =>
    date === undefined || date === null || date.slice(0, 10) > today;
  return models
    .filter((model) => VERSION.test(model.id) && isOpen(model))
    .toSorted((a, b) => versionOf(b) - versionOf(a) || tierOf(b) - tierOf(a) || a.id.length - b.id.length)
    .map(({ id }) => id);
}

function versionOf({ id }: ListedModel): number {
  const [, major = '0', minor = '0'] = VERSION.exec(id) ?? [];
  return Number(major) * 1000 + Number(minor);
}

const tierOf = ({ id }: ListedModel): number => Number(id.includes('-flare'));

export const toHeaders = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { authorization: `Bearer ${key}` };

interface ModelsOptions {
  readonly client: AxiosInstance;
  readonly apiKey: string | undefined;
  /** The operator's choice. */
  readonly configured: string | undefined;
  readonly isOpenai: boolean;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
}

/** Which models to ask for. Undefined means the server's own choice. */
export function createModels({ client, apiKey, configured, isOpenai, clock }: ModelsOptions) {
  /** Models that the server said it no longer has. Kept for the life of the engine. */
  const gone = new Set<string>();
  const listed = createCachedList({ read: readList, literal: LITERAL_MODELS, clock });
  const isFixed = configured !== undefined || !isOpenai;

  async function readList(signal: AbortSignal): Promise<readonly string[] | undefined> {
    const reply = await callUpstream(client, { url: '/models', headers: toHeaders(apiKey), signal });
    const answer = isSuccess(reply) ? modelsReplySchema.safeParse(readJson(reply)).data : undefined;
    const ranked = rankModels(answer?.data ?? [], clock.now());
    return ranked.length === 0 ? undefined : [...new Set([...ranked, ...LITERAL_MODELS])];
  }

  const openOf = (models: readonly string[]): readonly string[] => {
    const open = models.filter((model) => !gone.has(model));
    return open.length > 0 ? open : models.slice(0, 1);
  };

  return {
    /** Best first, and never empty. */
    list: async (signal: AbortSignal): Promise<readonly (string | undefined)[]> =>
      isFixed ? [configured] : openOf(await listed.get(signal)),
    /** The best one that is known without asking the service. */
    latest: (): string | undefined => (isFixed ? configured : openOf(listed.latest())[0]),
    noteGone(model: string | undefined): void {
      if (model !== undefined) gone.add(model);
    },
  };
}
