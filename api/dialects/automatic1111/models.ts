/** The engines are the models: `sd_model_checkpoint` is an engine's name, perhaps in the form of a title. */

/** What older clients send as a model when the user chose none; it means the configured order. */
export const DEFAULT_CHECKPOINT = 'easel';

/** No engine's title is longer. */
const MAX_TITLE_CHARACTERS = 300;
const HASH = / \[[^[\]]*\]$/;

/** `sketch.safetensors [0123abcd]` -> `sketch`. Undefined: the configured order. */
export function toEngineName(checkpoint: string): string | undefined {
  const name = checkpoint
    .slice(0, MAX_TITLE_CHARACTERS)
    .replace(HASH, '')
    .trim()
    .replace(/\.(safetensors|ckpt)$/, '')
    .trim();
  return name === '' || name === DEFAULT_CHECKPOINT ? undefined : name.slice(0, 64);
}

export const toModels = (engines: readonly string[]) =>
  [DEFAULT_CHECKPOINT, ...engines].map((name) => ({
    title: name,
    model_name: name,
    hash: null,
    sha256: null,
    filename: name,
    config: null,
  }));
