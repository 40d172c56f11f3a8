import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from '../../../../shared/errors.ts';
import { parseSchedulerConfig } from '../schedulers/config.ts';
import { createScheduler } from '../schedulers/index.ts';
import type { SchedulerConfig } from '../schedulers/scheduler.ts';
import { decoderConfigSchema, encoderConfigSchema, pipelineConfigSchema, unetConfigSchema } from './configs.ts';
import { describeDecoder, describeUnet } from './describe.ts';
import { createDirectoryFiles, type DirectoryFiles } from './directory-files.ts';
import { toFamily } from './family.ts';
import type { ModelDescription, TextEncoderDescription } from './model-description.ts';

export interface Inspection {
  /** Missing if there is a problem. */
  readonly model?: ModelDescription | undefined;
  /** All problems, each with its file. */
  readonly problems: readonly string[];
}

/** Reads an export by Hugging Face optimum (`optimum-cli export onnx`). It is quick because it reads no weights. */
export function inspectModelDirectory(path: string): Inspection {
  const directory = resolve(path);
  if (!existsSync(directory)) return { problems: [`${directory}: there is no such directory`] };
  if (existsSync(join(directory, 'transformer'))) {
    return { problems: ['transformer: models of the kinds SD3 and Flux are not supported'] };
  }
  const files = createDirectoryFiles(directory);
  const pipeline = files.optionalConfig('model_index.json', pipelineConfigSchema);
  const schedulerConfig = files.read('scheduler/scheduler_config.json', readScheduler);
  const unetConfig = files.config('unet/config.json', unetConfigSchema);
  const unetOutline = files.outline('unet');
  const isXl = unetOutline?.inputs.some(({ name }) => name === 'text_embeds') ?? false;
  const guidanceWidth = unetConfig?.time_cond_proj_dim ?? undefined;
  files.expect('unet', unetOutline, {
    inputs: [
      ...['sample', 'timestep', 'encoder_hidden_states'],
      ...(isXl ? ['text_embeds', 'time_ids'] : []),
      ...(guidanceWidth === undefined ? [] : ['timestep_cond']),
    ],
    outputs: ['out_sample'],
  });
  const textEncoders = describeTextEncoders(isXl, files);
  const decoderConfig = files.config('vae_decoder/config.json', decoderConfigSchema);
  files.expect('vae_decoder', files.outline('vae_decoder'), { inputs: ['latent_sample'], outputs: ['sample'] });

  const { problems, models } = files;
  if (problems.length > 0 || !schedulerConfig || !unetConfig || !unetOutline || !decoderConfig) return { problems };
  return {
    problems,
    model: {
      directory,
      family: toFamily(schedulerConfig, guidanceWidth),
      isXl,
      schedulerConfig,
      textEncoders,
      unet: describeUnet(unetConfig, unetOutline.inputs),
      decoder: describeDecoder(decoderConfig),
      emptyPromptIsZeros: isXl && (pipeline?.force_zeros_for_empty_prompt ?? true),
      files: models,
    },
  };
}

/** Like `inspectModelDirectory`, but throws AppError `engine_failed` if there is a problem. */
export function readModelDirectory(directory: string): ModelDescription {
  const { model, problems } = inspectModelDirectory(directory);
  if (model !== undefined) return model;
  throw new AppError('engine_failed', `the model directory is not complete: ${problems.join('; ')}`, {
    publicMessage: 'The Stable Diffusion model of this service is not complete.',
  });
}

function readScheduler(text: string): SchedulerConfig {
  const config = parseSchedulerConfig(text);
  createScheduler(config);
  return config;
}

function describeTextEncoders(isXl: boolean, files: DirectoryFiles): TextEncoderDescription[] {
  const inputs = ['input_ids'];
  if (!isXl) {
    const encoder = { name: 'text_encoder', tokenizer: 'tokenizer', hiddenState: 'last_hidden_state' } as const;
    files.expect(encoder.name, files.outline(encoder.name), { inputs, outputs: [encoder.hiddenState] });
    files.tokenizer(encoder.tokenizer);
    return [encoder];
  }
  const encoders = [
    { name: 'text_encoder', tokenizer: 'tokenizer', pooled: undefined },
    { name: 'text_encoder_2', tokenizer: 'tokenizer_2', pooled: 'text_embeds' },
  ] as const;
  return encoders.map((encoder) => {
    const config = files.config(`${encoder.name}/config.json`, encoderConfigSchema);
    // The input of the last layer (diffusers' `hidden_states[-2]`). hidden_states.0 is the input of the first layer.
    const hiddenState = `hidden_states.${(config?.num_hidden_layers ?? 1) - 1}`;
    const outputs = [hiddenState, ...(encoder.pooled === undefined ? [] : [encoder.pooled])];
    files.expect(encoder.name, files.outline(encoder.name), { inputs, outputs });
    files.tokenizer(encoder.tokenizer);
    return { ...encoder, hiddenState };
  });
}
