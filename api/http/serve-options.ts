import type { Request } from 'express';
import type { Metadata } from '../../shared/contract/generation.ts';
import type { SecretBrake } from '../../shared/net/secret-brake.ts';
import type { ServiceDescription } from '../dialects/dialect.ts';
import type { Job, Jobs } from '../jobs/job.ts';
import type { PictureContent } from '../jobs/pictures/content.ts';
import type { BodyBudget } from './body/body-budget.ts';
import type { StreamLimit } from './events/stream-limit.ts';
import type { ApiKey } from './middleware/api-keys.ts';
import type { RateLimit } from './middleware/rate-limit.ts';
import type { Preferences } from './preferences.ts';

/** What every route of every dialect works with. */
export interface ServeOptions {
  readonly jobs: Jobs;
  readonly apiKeys: readonly ApiKey[] | undefined;
  readonly adminKey: string | undefined;
  readonly brake: SecretBrake;
  readonly limit: RateLimit;
  readonly bodies: BodyBudget;
  /** Of all pictures of one request; 0 is no bound. */
  readonly maxPixels: number;
  readonly waitBudgetMs: number;
  /** Refuse flagged pictures whatever the request says. */
  readonly safeMode: boolean;
  /** What pictures say of their making when the request does not say. */
  readonly metadata: Metadata;
  /** Keeps the picture of a job as a file of the operator's and tells its path. */
  readonly saveFile: (job: Job, picture: PictureContent) => Promise<string>;
  readonly preferences: Preferences;
  readonly streams: StreamLimit;
  /** Pages that may use what goes by the caller's address. */
  readonly corsOrigins: readonly string[] | undefined;
  readonly describe: (request: Request) => ServiceDescription;
  /** Before a list is told: asks the workers for their engines where none is known. */
  readonly learnEngines: () => Promise<void>;
}
