const NUMERIC = ['seed', 'width', 'height', 'guidanceScale', 'size'];
const OPTION = /\((seed|size|style|resolution|width|height|guidanceScale|saveTitle|saveDescription):::(.+?)\)/g;
const NEGATIVE_PROMPT = '(negativePrompt:::';

/**
 * Takes the options out of a prompt that are written as `(name:::value)`. The last one of a name counts, and an
 * option in the prompt counts for more than the page's own field.
 */
export function parsePromptOptions(text) {
  const options = {};
  const rest = text.replace(OPTION, (_match, name, value) => {
    options[name] = NUMERIC.includes(name) ? Number(value) : value;
    return '';
  });
  return { ...takeNegativePrompt(rest.trim(), options), options };
}

/** The negative prompt may hold balanced brackets; without a closing one it reaches to the end. */
function takeNegativePrompt(text, options) {
  const start = text.indexOf(NEGATIVE_PROMPT);
  if (start === -1) return { prompt: text };
  let depth = 0;
  let end = start + NEGATIVE_PROMPT.length;
  for (; end < text.length; end += 1) {
    if (text[end] === '(') depth += 1;
    if (text[end] === ')' && depth === 0) break;
    if (text[end] === ')') depth -= 1;
  }
  const value = text.slice(start + NEGATIVE_PROMPT.length, end);
  if (value !== '') options.negativePrompt = value;
  return { prompt: (text.slice(0, start) + text.slice(end + 1)).trim() };
}
