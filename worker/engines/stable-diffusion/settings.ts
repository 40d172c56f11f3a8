import { createRequire } from 'node:module';
import {
  GUIDE,
  optionalWholeNumber,
  SettingsError,
  text,
  textWithDefault,
  urlWithDefault,
  wholeNumber,
} from '../../../shared/service/config.ts';
import type { ModelDescription } from './model/model-description.ts';
import { inspectModelDirectory } from './model/model-directory.ts';
import { RUNTIME_PACKAGE } from './onnx-runtime.ts';
import runtime from './runtime.json' with { type: 'json' };

/** onnxruntime-node's execution providers; which of them a machine has is seen when one is tried. */
const DEVICES = ['cpu', 'webgpu', 'cuda', 'tensorrt', 'dml', 'coreml'];
const FIVE_MINUTES_MS = 300_000;

export const settings = {
  SD_MODEL_DIR: text('Model of the stable-diffusion engine: an ONNX export as Hugging Face optimum writes it', {
    format: 'the path of a directory',
  }),
  SD_DEVICES: textWithDefault(
    'Where it computes: devices in order of preference',
    'cpu',
    `names out of ${DEVICES.join(', ')}, separated by commas`,
  ),
  SD_THREADS: optionalWholeNumber('Threads that it computes with; unset: one per core', { min: 1, max: 1024 }),
  SD_IDLE_UNLOAD_MS: wholeNumber('Time without a job after which the model leaves memory (milliseconds); 0: never', {
    min: 0,
    default: FIVE_MINUTES_MS,
  }),
  SD_HUB_URL: urlWithDefault(
    'Where `npm run sd:get` finds models: Hugging Face or a mirror of it',
    'https://huggingface.co',
  ),
};

/** npm installs a package that is declared as an optional peer only when an option says where to save it. */
export const INSTALL_COMMAND = `ONNXRUNTIME_NODE_INSTALL=skip npm install --no-save --save-prod ${runtime.package}@${runtime.version}`;

const isRuntimeInstalled = (): boolean => {
  try {
    createRequire(import.meta.url).resolve(RUNTIME_PACKAGE);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return false;
    throw error;
  }
};

/** Throws SettingsError with the command that mends it. */
export function requireRuntime(isInstalled = isRuntimeInstalled): void {
  if (isInstalled()) return;
  throw new SettingsError(
    `ENGINES: stable-diffusion needs the package ${RUNTIME_PACKAGE}; install it with \`${INSTALL_COMMAND}\` ` +
      `(without the variable its installer also fetches CUDA libraries), or leave the engine out (${GUIDE}#engines)`,
  );
}

/** Throws SettingsError with everything that is wrong with the directory. */
export function requireModel(directory: string | undefined): ModelDescription {
  if (directory === undefined) throw wrong('SD_MODEL_DIR', 'the path of a directory with an ONNX export');
  const { model, problems } = inspectModelDirectory(directory);
  if (model !== undefined) return model;
  throw wrong('SD_MODEL_DIR', `a whole ONNX export; wrong here: ${problems.join('; ')}`);
}

export function readDevices(list: string): readonly string[] {
  const names = list.split(',').map((name) => name.trim().toLowerCase());
  const devices = names.filter((name) => name !== '');
  if (devices.length > 0 && devices.every((name) => DEVICES.includes(name))) return devices;
  throw wrong('SD_DEVICES', `names out of ${DEVICES.join(', ')}, separated by commas`);
}

const wrong = (name: string, expected: string): SettingsError =>
  new SettingsError(`${name}: expected ${expected} (${GUIDE}#${name.toLowerCase()})`);
