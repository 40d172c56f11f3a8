import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { GUIDE, SettingsError } from '../../../shared/service/config.ts';
import type { EngineRequest } from '../engine.ts';

/** A graph in ComfyUI's API format ("Save (API format)"): nodes by their number. */
const graphSchema = z.record(
  z.string(),
  z.object({ class_type: z.string(), inputs: z.record(z.string(), z.unknown()) }).loose(),
);
export type Graph = z.infer<typeof graphSchema>;

const PLACEHOLDERS = ['prompt', 'negative', 'seed', 'width', 'height', 'steps', 'cfg', 'checkpoint'] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];
type Values = Readonly<Record<Placeholder, string | number>>;

const MARK = /\{\{(\w{1,40})\}\}/g;

/** Used without a file: a graph that every ComfyUI can run on its first checkpoint. */
export const BUILT_IN: Graph = {
  '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: '{{checkpoint}}' } },
  '2': { class_type: 'CLIPTextEncode', inputs: { text: '{{prompt}}', clip: ['1', 1] } },
  '3': { class_type: 'CLIPTextEncode', inputs: { text: '{{negative}}', clip: ['1', 1] } },
  '4': { class_type: 'EmptyLatentImage', inputs: { width: '{{width}}', height: '{{height}}', batch_size: 1 } },
  '5': {
    class_type: 'KSampler',
    inputs: {
      ...{ model: ['1', 0], positive: ['2', 0], negative: ['3', 0], latent_image: ['4', 0] },
      ...{ seed: '{{seed}}', steps: '{{steps}}', cfg: '{{cfg}}' },
      ...{ sampler_name: 'euler', scheduler: 'normal', denoise: 1 },
    },
  },
  '6': { class_type: 'VAEDecode', inputs: { samples: ['5', 0], vae: ['1', 2] } },
  '7': { class_type: 'SaveImage', inputs: { images: ['6', 0], filename_prefix: 'easel' } },
};

/** Reads the operator's workflow. Throws SettingsError that names the variable and what is wrong. */
export function readWorkflow(path: string): Graph {
  const graph = graphSchema.safeParse(readJson(path));
  if (!graph.success) throw wrong('expected a workflow in API format: nodes with class_type and inputs');
  const known: readonly string[] = PLACEHOLDERS;
  const unknown = [...placeholdersOf(graph.data)].filter((name) => !known.includes(name));
  if (unknown.length > 0) throw wrong(`knows no placeholder ${unknown.join(', ')}; there are ${known.join(', ')}`);
  if (!placeholdersOf(graph.data).has('prompt')) throw wrong('expected a node with {{prompt}}');
  return graph.data;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw wrong(error instanceof SyntaxError ? 'expected a JSON file' : 'expected a file that can be read');
  }
}

const wrong = (reason: string): SettingsError =>
  new SettingsError(`COMFYUI_WORKFLOW: ${reason} (${GUIDE}#comfyui_workflow)`);

export function placeholdersOf(graph: Graph): ReadonlySet<string> {
  return new Set([...JSON.stringify(graph).matchAll(MARK)].map(([, name = '']) => name));
}

/** A value that is only a placeholder becomes its number or text. A placeholder within a text becomes text. */
export function fillIn(graph: Graph, request: EngineRequest, checkpoint: string): Graph {
  const values: Values = {
    prompt: request.prompt,
    negative: request.negativePrompt,
    seed: request.seed,
    width: request.width,
    height: request.height,
    steps: request.steps ?? 0,
    cfg: request.guidanceScale ?? 0,
    checkpoint,
  };
  const standsFor = (name: string): string | number => values[name as Placeholder];
  const fill = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, fill(entry)]));
    if (typeof value !== 'string') return value;
    const whole = /^\{\{(\w{1,40})\}\}$/.exec(value)?.[1];
    return whole === undefined
      ? value.replace(MARK, (_mark, name: string) => String(standsFor(name)))
      : standsFor(whole);
  };
  return fill(graph) as Graph;
}
