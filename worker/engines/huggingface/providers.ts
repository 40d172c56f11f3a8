import { z } from 'zod';

/**
 * The shapes of requests that the router passes on to providers, as Hugging Face's own clients send them (huggingface.js
 * packages/inference/src/providers, huggingface_hub inference/_providers).
 */

/** The fields have the names of the clients' `parameters`. */
export interface PictureParameters {
  readonly prompt: string;
  readonly negative_prompt?: string | undefined;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  readonly num_inference_steps?: number | undefined;
  readonly guidance_scale?: number | undefined;
  readonly scheduler?: string | undefined;
}

/** A provider that first answers with a ticket. A status in neither list means that the work still runs. */
interface ProviderQueue {
  /** The address to ask. Only its path is used, with the router's own origin. */
  readonly ticket: z.ZodType<string>;
  readonly toStatusPath: (path: string) => string;
  /** Missing: the status answer holds the pictures. */
  readonly toResultPath?: (path: string) => string;
  readonly status: z.ZodType<string>;
  readonly done: readonly string[];
  readonly failed: readonly string[];
}

interface ProviderShape {
  /** Path below the router's root. */
  readonly toPath: (modelId: string) => string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly toBody: (parameters: PictureParameters, modelId: string) => unknown;
  readonly queue?: ProviderQueue;
  /** Whether steps and guidance can be sent. */
  readonly takesSteps: boolean;
}

const FAL_QUERY = '_subdomain=queue';

export const PROVIDERS = {
  'hf-inference': {
    toPath: (modelId) => `/hf-inference/models/${modelId}`,
    toBody: ({ prompt, ...parameters }) => ({ inputs: prompt, parameters }),
    takesSteps: true,
  },
  together: {
    toPath: () => '/together/v1/images/generations',
    toBody: ({ num_inference_steps: steps, guidance_scale: guidance, ...parameters }, model) => ({
      ...{ ...parameters, steps, guidance, model, response_format: 'base64' },
    }),
    takesSteps: true,
  },
  nscale: {
    toPath: () => '/nscale/v1/images/generations',
    toBody: ({ prompt, negative_prompt, seed, width, height }, model) => ({
      ...{ prompt, negative_prompt, seed, size: `${width}x${height}`, model, response_format: 'b64_json' },
    }),
    takesSteps: false,
  },
  replicate: {
    toPath: (modelId) =>
      modelId.includes(':') ? '/replicate/v1/predictions' : `/replicate/v1/models/${modelId}/predictions`,
    headers: { prefer: 'wait' },
    toBody: (parameters, modelId) => ({ input: parameters, version: modelId.split(':')[1] }),
    takesSteps: true,
  },
  'fal-ai': {
    toPath: (modelId) => `/fal-ai/${modelId}?${FAL_QUERY}`,
    toBody: ({ width, height, ...parameters }) => ({ ...parameters, image_size: { width, height } }),
    queue: {
      ticket: z.object({ response_url: z.string() }).transform((answer) => answer.response_url),
      toStatusPath: (path) => `/fal-ai${path}/status?${FAL_QUERY}`,
      toResultPath: (path) => `/fal-ai${path}?${FAL_QUERY}`,
      status: z.object({ status: z.string() }).transform(({ status }) => status),
      done: ['COMPLETED'],
      failed: ['FAILED', 'ERROR'],
    },
    takesSteps: true,
  },
  wavespeed: {
    toPath: (modelId) => `/wavespeed/api/v3/${modelId}`,
    toBody: (parameters) => parameters,
    queue: {
      ticket: z
        .object({ data: z.object({ urls: z.object({ get: z.string() }) }) })
        .transform(({ data }) => data.urls.get),
      toStatusPath: (path) => `/wavespeed${path}`,
      status: z.object({ data: z.object({ status: z.string() }) }).transform(({ data }) => data.status),
      done: ['completed'],
      failed: ['failed'],
    },
    takesSteps: true,
  },
} as const satisfies Record<string, ProviderShape>;

export type ProviderName = keyof typeof PROVIDERS;
export const PROVIDER_NAMES = [
  'hf-inference',
  'fal-ai',
  'nscale',
  'replicate',
  'together',
  'wavespeed',
] as const satisfies readonly ProviderName[];

export const shapeOf = (name: ProviderName): ProviderShape => PROVIDERS[name];
