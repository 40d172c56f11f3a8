import type { Metadata } from '../../shared/contract/generation.ts';
import type { SecretBrake } from '../../shared/net/secret-brake.ts';
import type { Job, Jobs } from '../jobs/job.ts';
import type { PictureContent } from '../jobs/pictures/content.ts';
import type { BodyBudget } from './body/body-budget.ts';
import type { Describe } from './describe-service.ts';
import type { StreamLimit } from './events/stream-limit.ts';
import type { ApiKey } from './middleware/api-keys.ts';
import type { RateLimit } from './middleware/rate-limit.ts';
import type { Preferences } from './preferences.ts';

/** What every route of every dialect uses. */
export interface ServeOptions {
  readonly jobs: Jobs;
  readonly apiKeys: readonly ApiKey[] | undefined;
  readonly adminKey: string | undefined;
  readonly brake: SecretBrake;
  readonly limit: RateLimit;
  readonly bodies: BodyBudget;
  /** Limit for all pictures of one request. 0 means no limit. */
  readonly maxPixels: number;
  readonly waitBudgetMs: number;
  /** Refuse flagged pictures even if the request does not ask for it. */
  readonly safeMode: boolean;
  /** What files say about how they were made, if the request does not choose. */
  readonly metadata: Metadata;
  /** Saves the picture of a job as a file for the operator. Resolves with its path. */
  readonly saveFile: (job: Job, picture: PictureContent) => Promise<string>;
  readonly preferences: Preferences;
  readonly streams: StreamLimit;
  /** Origins whose pages may do what needs no key but the caller's address. */
  readonly corsOrigins: readonly string[] | undefined;
  readonly describe: Describe;
  /** Asks the workers for their engines if none is known. Called before a list of engines is sent. */
  readonly learnEngines: () => Promise<void>;
}
