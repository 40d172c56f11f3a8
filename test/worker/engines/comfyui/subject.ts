import { readSettings } from '../../../../shared/service/config.ts';
import type { Logger } from '../../../../shared/service/log.ts';
import { comfyui } from '../../../../worker/engines/comfyui/index.ts';
import type { EngineSubject } from '../../../contracts/engine.ts';
import { createEngineServices } from '../../../contracts/engine-services.ts';
import { type ComfyuiStandIn, createComfyuiStandIn } from '../../../stand-ins/comfyui/comfyui-stand-in.ts';
import { createHurriedClock } from '../../../support/hurried-clock.ts';

export interface ComfyuiSubject extends EngineSubject {
  readonly standIn: ComfyuiStandIn;
}

export async function createSubject(log?: Logger, workflow?: string): Promise<ComfyuiSubject> {
  const standIn = await createComfyuiStandIn();
  try {
    const settings = readSettings(comfyui.settings, { COMFYUI_URL: standIn.url, COMFYUI_WORKFLOW: workflow });
    const engine = comfyui.create(settings, createEngineServices({ clock: createHurriedClock(), log }));
    return { engine, standIn, secrets: [], close: () => standIn.close() };
  } catch (error) {
    await standIn.close();
    throw error;
  }
}
