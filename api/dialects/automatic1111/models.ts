/** The engines are the models: `sd_model_checkpoint` holds an engine's name or title. */

/** Older clients send this model if the user chose none. It means the configured order. */
export const DEFAULT_CHECKPOINT = 'easel';

/** Every engine's title is shorter. */
const MAX_TITLE_CHARACTERS = 300;
const HASH = / \[[^[\]]*\]$/;

/** `sketch.safetensors [0123abcd]` -> `sketch`. Undefined means the configured order. */
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
