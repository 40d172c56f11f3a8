/** Models that clients have in fixed lists. Each means the configured order of engines. */
export const ALIASES = [
  'gpt-image-2',
  'gpt-image-2.5',
  'gpt-image-2.5-flare',
  'gpt-image-2.6',
  'gpt-image-2.6-flare',
  'gpt-image-1.5',
  'gpt-image-1-mini',
  'gpt-image-1',
  'chatgpt-image-latest',
  'dall-e-3',
  'dall-e-2',
];

/** Also dated names, and models that are newer than this list. */
export const isAlias = (id: string): boolean => /^(?:gpt-image|chatgpt-image|dall-e)-[\w.-]{1,80}$/.test(id);
