import { automatic1111 } from '../../worker/engines/automatic1111/index.ts';
import { bfl } from '../../worker/engines/bfl/index.ts';
import { cloudflare } from '../../worker/engines/cloudflare/index.ts';
import { comfyui } from '../../worker/engines/comfyui/index.ts';
import type { EnginePlugin } from '../../worker/engines/engine.ts';
import { fal } from '../../worker/engines/fal/index.ts';
import { gradio } from '../../worker/engines/gradio/index.ts';
import { horde } from '../../worker/engines/horde/index.ts';
import { huggingface } from '../../worker/engines/huggingface/index.ts';
import { openai } from '../../worker/engines/openai/index.ts';
import { piclumen } from '../../worker/engines/piclumen/index.ts';
import { pollinations } from '../../worker/engines/pollinations/index.ts';
import { AUTOMATIC1111_AUTH, createAutomatic1111StandIn } from '../stand-ins/automatic1111/automatic1111-stand-in.ts';
import { createComfyuiStandIn } from '../stand-ins/comfyui/comfyui-stand-in.ts';
import { createGradioStandIn } from '../stand-ins/gradio/gradio-stand-in.ts';
import { createHordeStandIn } from '../stand-ins/horde/horde-stand-in.ts';
import type { HttpStandIn } from '../stand-ins/http-stand-in.ts';
import {
  createHuggingfaceStandIn,
  HUGGING_FACE_KEY,
  HUGGING_FACE_MODEL,
} from '../stand-ins/huggingface/huggingface-stand-in.ts';
import { createOpenaiStandIn, OPENAI_KEY } from '../stand-ins/openai/openai-stand-in.ts';
import { createPiclumenStandIn, PICLUMEN_TOKEN } from '../stand-ins/piclumen/piclumen-stand-in.ts';
import { bflShape } from '../stand-ins/services/bfl.ts';
import { cloudflareShape } from '../stand-ins/services/cloudflare.ts';
import { falShape } from '../stand-ins/services/fal.ts';
import { pollinationsShape } from '../stand-ins/services/pollinations.ts';
import { createServiceStandIn, SERVICE_KEY, type ServiceShape } from '../stand-ins/services/service-stand-in.ts';

export interface EngineSubject {
  readonly plugin: EnginePlugin;
  readonly standIn: HttpStandIn;
  readonly env: Readonly<Record<string, string>>;
}

/** The HTTP engines, each with its stand-in. Of the services in one table, one for each shape of answer. */
export async function createEngineSubjects(): Promise<EngineSubject[]> {
  const local = await Promise.all([openaiSubject(), automatic1111Subject(), comfyuiSubject()]);
  const hosted = await Promise.all([huggingfaceSubject(), gradioSubject(), hordeSubject(), piclumenSubject()]);
  const services = await Promise.all([
    serviceSubject(cloudflare, cloudflareShape, {
      key: 'CLOUDFLARE_API_TOKEN',
      others: { CLOUDFLARE_ACCOUNT_ID: 'acme' },
    }),
    serviceSubject(bfl, bflShape, { key: 'BFL_API_KEY' }),
    serviceSubject(fal, falShape, { key: 'FAL_API_KEY' }),
    serviceSubject(pollinations, pollinationsShape, { key: 'POLLINATIONS_API_KEY' }),
  ]);
  return [...local, ...hosted, ...services];
}

async function openaiSubject(): Promise<EngineSubject> {
  const standIn = await createOpenaiStandIn('localai');
  const env = { OPENAI_BASE_URL: `${standIn.url}/v1`, OPENAI_API_KEY: OPENAI_KEY, OPENAI_IMAGE_MODEL: 'flux' };
  return { plugin: openai, standIn, env };
}

async function automatic1111Subject(): Promise<EngineSubject> {
  const standIn = await createAutomatic1111StandIn();
  return { plugin: automatic1111, standIn, env: { AUTOMATIC1111_URL: standIn.url, AUTOMATIC1111_AUTH } };
}

async function comfyuiSubject(): Promise<EngineSubject> {
  const standIn = await createComfyuiStandIn();
  return { plugin: comfyui, standIn, env: { COMFYUI_URL: standIn.url } };
}

async function huggingfaceSubject(): Promise<EngineSubject> {
  const standIn = await createHuggingfaceStandIn();
  const url = `${standIn.url}/hf-inference`;
  return {
    plugin: huggingface,
    standIn,
    env: { HUGGING_FACE_API_URL: url, HUGGING_FACE_API_KEY: HUGGING_FACE_KEY, HUGGING_FACE_MODEL },
  };
}

async function gradioSubject(): Promise<EngineSubject> {
  const standIn = await createGradioStandIn();
  return { plugin: gradio, standIn, env: { GRADIO_SPACES: 'acme/painter', GRADIO_HUB_URL: standIn.url } };
}

async function hordeSubject(): Promise<EngineSubject> {
  const standIn = await createHordeStandIn();
  return { plugin: horde, standIn, env: { HORDE_URL: standIn.url } };
}

async function piclumenSubject(): Promise<EngineSubject> {
  const standIn = await createPiclumenStandIn();
  return { plugin: piclumen, standIn, env: { PICLUMEN_API_URL: standIn.url, PICLUMEN_TOKEN } };
}

async function serviceSubject(
  plugin: EnginePlugin,
  shape: ServiceShape,
  names: { readonly key: string; readonly others?: Readonly<Record<string, string>> },
): Promise<EngineSubject> {
  const standIn = await createServiceStandIn(shape);
  const address = `${plugin.name.toUpperCase()}_API_URL`;
  return { plugin, standIn, env: { [names.key]: SERVICE_KEY, [address]: standIn.url, ...names.others } };
}
