import { call, keepKey, readKey } from './calls.js';
import { STYLES } from './styles.js';
import { say } from './words.js';
import { items } from './work.js';

/** @import { Wishes } from './types.d.ts' */

const form = /** @type {HTMLFormElement} */ (document.getElementById('form'));
const promptArea = /** @type {HTMLTextAreaElement} */ (document.getElementById('prompt'));
const lock = /** @type {HTMLButtonElement} */ (document.getElementById('lock'));
const style = /** @type {HTMLSelectElement} */ (document.getElementById('style'));
const count = /** @type {HTMLSelectElement} */ (document.getElementById('count'));
const key = /** @type {HTMLInputElement} */ (document.getElementById('key'));

const DRAFT = 'easel-form';
const NUMBERS = ['guidance_scale', 'width', 'height', 'steps'];
const FIELDS = ['prompt', 'negative_prompt', 'seed', 'shape', 'engine', ...NUMBERS];

/** @param {string} name */
const field = (name) => /** @type {HTMLInputElement | RadioNodeList} */ (form.elements.namedItem(name));

export const isLocked = () => lock.ariaPressed === 'true';

const random = () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

const chosenStyle = () => STYLES.find(({ name }) => name === style.value);

/** @returns {{ wishes: Wishes, count: number }} */
export function readForm() {
  const { after = '', negative = '' } = chosenStyle() ?? {};
  const join = (/** @type {string[]} */ ...parts) =>
    parts
      .map((part) => part.trim())
      .filter(Boolean)
      .join(', ');
  const avoided = join(field('negative_prompt').value, negative);
  const given = field('seed').value;
  // Without the lock, each picture gets a new seed. The field shows it, so that it can be locked.
  const seed = given !== '' && isLocked() ? Number(given) : random();
  const numbers = NUMBERS.filter((name) => field(name).value !== '').map((name) => [name, Number(field(name).value)]);
  const wishes = {
    prompt: join(promptArea.value, after),
    ...(avoided !== '' && { negative_prompt: avoided }),
    seed,
    shape: field('shape').value,
    ...(field('engine').value !== '' && { engine: field('engine').value }),
    guidance_scale: 7,
    ...Object.fromEntries(numbers),
  };
  return { wishes, count: Number(count.value) };
}

/** Changes the given fields only. @param {Record<string, unknown>} wishes */
export function fillForm(wishes) {
  for (const name of FIELDS) {
    const value = wishes[name];
    if (value === undefined || value === null) continue;
    const target = field(name);
    target.value = String(value);
  }
  if (wishes.seed !== undefined && wishes.seed !== '') setLock(true);
  keepDraft();
}

/** Replaces the whole form. @param {Wishes} wishes */
export function useWishes(wishes) {
  style.value = '';
  showStyle();
  fillForm({ negative_prompt: '', engine: '', width: '', height: '', steps: '', ...wishes });
  promptArea.focus();
  form.scrollIntoView({ block: 'nearest' });
}

/** @param {boolean} isOn */
function setLock(isOn) {
  lock.ariaPressed = String(isOn);
}

function showStyle() {
  const chosen = chosenStyle();
  const added = document.getElementById('added');
  if (added === null) return;
  const avoided = chosen?.negative === undefined ? '' : ` · ${say('negative')}: ${chosen.negative}`;
  added.textContent = chosen === undefined ? '' : `${say('styleAdds')} ${chosen.after}${avoided}`;
}

function keepDraft() {
  const values = Object.fromEntries(FIELDS.map((name) => [name, field(name).value]));
  localStorage.setItem(DRAFT, JSON.stringify({ ...values, lock: isLocked(), style: style.value, count: count.value }));
}

function recallDraft() {
  const draft = JSON.parse(localStorage.getItem(DRAFT) ?? '{}');
  fillForm(draft);
  setLock(draft.lock === true);
  style.value = draft.style ?? '';
  count.value = draft.count ?? '1';
  showStyle();
  keepDraft();
}

/** A gateway may hear of engines only when its worker wakes, after it sent this page. */
async function learnEngines() {
  const select = /** @type {HTMLSelectElement} */ (/** @type {unknown} */ (field('engine')));
  // Without a connection the list stays as it is.
  const answer = await call('', { headers: { Accept: 'application/json' }, cache: 'no-store' }).catch(() => undefined);
  /** @type {string[]} */
  const engines = (await answer?.json())?.engines ?? [];
  if (engines.length === 0) return;
  for (const option of [...select.options].slice(1))
    if (!option.selected && !engines.includes(option.value)) option.remove();
  const shown = new Set([...select.options].map(({ value }) => value));
  select.append(...engines.filter((name) => !shown.has(name)).map((name) => new Option(name)));
}

/** `#p=…&seed=…` fills the form but starts no picture, because links may be followed by accident. */
function readLink() {
  // A phone shares a text by `?p=…`.
  const { p, ...rest } = Object.fromEntries(new URLSearchParams(location.hash.slice(1) || location.search));
  if (p === undefined) return;
  fillForm({ ...rest, prompt: p });
}

/** Arrow keys at the edge of the text walk through earlier prompts, as in a shell. @type {{ at: number, own: string }} */
const walk = { at: 0, own: '' };

/** @param {KeyboardEvent} event */
function walkPrompts(event) {
  const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (step === undefined || event.shiftKey || event.altKey || event.ctrlKey) return;
  const edge = step === 1 ? 0 : promptArea.value.length;
  if (promptArea.selectionStart !== edge || promptArea.selectionEnd !== edge) return;
  const prompts = [...new Set([...items.values()].map(({ wishes }) => wishes.prompt).reverse())];
  const next = walk.at + step;
  if (next < 0 || next > prompts.length) return;
  if (walk.at === 0) walk.own = promptArea.value;
  walk.at = next;
  promptArea.value = next === 0 ? walk.own : (prompts[next - 1] ?? '');
  const end = step === 1 ? 0 : promptArea.value.length;
  promptArea.setSelectionRange(end, end);
  event.preventDefault();
}

/** @param {() => void} onMake */
export function startForm(onMake) {
  for (const element of document.querySelectorAll('form [hidden]')) /** @type {HTMLElement} */ (element).hidden = false;
  style.append(...STYLES.map(({ name }) => new Option(name)));
  key.value = readKey();
  key.addEventListener('change', () => keepKey(key.value.trim()));
  recallDraft();
  readLink();
  addEventListener('hashchange', readLink);
  document.getElementById('more')?.addEventListener('toggle', learnEngines);
  addEventListener('visibilitychange', () => document.hidden || learnEngines());
  form.addEventListener('input', keepDraft);
  style.addEventListener('change', showStyle);
  field('seed') instanceof HTMLInputElement &&
    form.querySelector('#seed')?.addEventListener('input', () => setLock(field('seed').value !== ''));
  lock.addEventListener('click', () => {
    setLock(!isLocked());
    if (isLocked() && field('seed').value === '') field('seed').value = String(random());
    keepDraft();
  });
  promptArea.addEventListener('keydown', (event) => {
    walkPrompts(event);
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    walk.at = 0;
    onMake();
  });
}

/** Shows a seed that was drawn, so that it can be locked. @param {number} seed */
export function showSeed(seed) {
  if (!isLocked()) field('seed').value = String(seed);
}
