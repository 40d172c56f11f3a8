import { readSettings } from '../../../../shared/service/config.ts';
import type { Logger } from '../../../../shared/service/log.ts';
import type { Clock } from '../../../../shared/wait.ts';
import { gradio } from '../../../../worker/engines/gradio/index.ts';
import type { EngineSubject } from '../../../contracts/engine.ts';
import { createEngineServices } from '../../../contracts/engine-services.ts';
import { createGradioStandIn, GRADIO_TOKEN, type GradioStandIn } from '../../../stand-ins/gradio/gradio-stand-in.ts';
import { createHurriedClock } from '../../../support/hurried-clock.ts';

export interface GradioSubject extends EngineSubject {
  readonly standIn: GradioStandIn;
}

interface SubjectOptions {
  readonly log?: Logger;
  readonly environment?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
}

export async function createSubject({
  log,
  environment,
  clock = createHurriedClock(),
}: SubjectOptions = {}): Promise<GradioSubject> {
  const standIn = await createGradioStandIn();
  const settings = readSettings(gradio.settings, {
    GRADIO_SPACES: 'acme/painter',
    GRADIO_HUB_URL: standIn.url,
    GRADIO_TOKEN,
    ...environment,
  });
  const engine = gradio.create(settings, createEngineServices({ clock, log }));
  return { engine, standIn, secrets: [GRADIO_TOKEN], close: () => standIn.close() };
}
