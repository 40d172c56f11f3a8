import { readSettings } from '../../../../shared/service/config.ts';
import type { Logger } from '../../../../shared/service/log.ts';
import type { Clock } from '../../../../shared/wait.ts';
import { comfyui } from '../../../../worker/engines/comfyui/index.ts';
import type { EngineSubject } from '../../../contracts/engine.ts';
import { createEngineServices } from '../../../contracts/engine-services.ts';
import { type ComfyuiStandIn, createComfyuiStandIn } from '../../../stand-ins/comfyui/comfyui-stand-in.ts';
import { createHurriedClock } from '../../../support/hurried-clock.ts';

export interface ComfyuiSubject extends EngineSubject {
  readonly standIn: ComfyuiStandIn;
}

interface SubjectOptions {
  readonly log?: Logger;
  readonly workflow?: string;
  readonly clock?: Clock;
}

export async function createSubject(options: SubjectOptions = {}): Promise<ComfyuiSubject> {
  const { log, workflow, clock = createHurriedClock() } = options;
  const standIn = await createComfyuiStandIn();
  try {
    const settings = readSettings(comfyui.settings, { COMFYUI_URL: standIn.url, COMFYUI_WORKFLOW: workflow });
    const engine = comfyui.create(settings, createEngineServices({ clock, log }));
    return { engine, standIn, secrets: [], close: () => standIn.close() };
  } catch (error) {
    await standIn.close();
    throw error;
  }
}
