import { html, nothing, render } from 'lit-html';
import { card, toStageText } from './cards.js';
import { fillForm, isLocked, readForm, showSeed, startForm, useWishes } from './form.js';
import { drawHistory } from './history.js';
import { drawRows } from './rows.js';
import { say } from './words.js';
import { findMade, hasEnded, items, make, shown, startWork } from './work.js';

/** @import { Item } from './types.d.ts' */

const pictures = /** @type {HTMLElement} */ (document.getElementById('pictures'));
const past = /** @type {HTMLElement} */ (document.getElementById('history'));
const status = /** @type {HTMLElement} */ (document.getElementById('status'));
const found = /** @type {HTMLElement} */ (document.getElementById('found'));
const viewer = /** @type {HTMLDialogElement} */ (document.getElementById('viewer'));

/** @type {Item[]} */
let compared = [];
/** @type {Item | undefined} */
let opened;
let isDue = false;
const title = document.title;

const around = {
  use(/** @type {Item} */ item) {
    viewer.close();
    useWishes(item.wishes);
  },
  compare(/** @type {Item} */ item) {
    compared = compared.includes(item) ? compared.filter((other) => other !== item) : [...compared, item].slice(-2);
    opened = undefined;
    viewer.close();
    if (compared.length === 2) viewer.showModal();
    redraw();
  },
  isCompared: (/** @type {Item} */ item) => compared.includes(item),
  announce: (/** @type {string} */ text) => {
    status.textContent = text;
  },
};

/** Draws the page once for all changes that happen together. */
function redraw() {
  if (isDue) return;
  isDue = true;
  // Not an animation frame, because a window in the background has none, and its title and jobs must go on.
  setTimeout(() => {
    isDue = false;
    draw();
  });
}

function draw() {
  const cards = [...items.values()].filter(({ id }) => shown.has(id)).sort((a, b) => b.at - a.at);
  drawRows(pictures, cards, 'div', (item) => card(item, around));
  past.hidden = false;
  drawHistory(past, open, redraw);
  render(view(), viewer);
  announceProgress();
}

/** @param {Item} item */
function open(item) {
  opened = item;
  if (!viewer.open) viewer.showModal();
  redraw();
}

function view() {
  const close = html`<button type="button" data-do="close" @click=${() => viewer.close()}>${say('close')}</button>`;
  if (opened !== undefined) return items.has(opened.id) ? html`${close}${card(opened, around)}` : html`${close}`;
  if (compared.length < 2) return nothing;
  return html`${close}<div class="pair">${compared.map(
    ({ url, wishes, engine }) => html`<figure><img src=${url} alt=${wishes.prompt}><figcaption>${wishes.prompt}
      <span class="hint">${say('seed')} ${wishes.seed} · ${engine}</span></figcaption></figure>`,
  )}</div>`;
}

let spoken = '';

/** Announces the stages of the newest batch to screen readers, each once and without percentages. */
function announceProgress() {
  const current = batch.find((item) => !hasEnded(item)) ?? batch.at(-1);
  const ready = batch.filter((item) => hasEnded(item)).length;
  const share = batch.length > 1 ? `${ready}/${batch.length}` : '';
  const text = [share, current && toStageText(current)].filter(Boolean).join(' · ');
  document.title = ready === batch.length ? title : `(${share || '…'}) ${title}`;
  if (text === spoken) return;
  spoken = text;
  status.textContent = text;
}

/** The pictures that were asked for last, or that were not finished when the page was left. @type {Item[]} */
let batch = [];

function makeFromForm() {
  const { wishes, count } = readForm();
  const made = isLocked() && count === 1 ? findMade(wishes) : undefined;
  if (made !== undefined) {
    open(made);
    return;
  }
  const before = new Set(items.keys());
  make(wishes, count);
  batch = [...items.values()].filter(({ id }) => !before.has(id));
  showSeed(wishes.seed);
}

/** @param {File | undefined | null} file */
async function readFile(file) {
  if (!file) return;
  const { readSettings } = await import('./read-settings.js');
  const { settings, isMachineMade } = await readSettings(file);
  if (settings !== undefined) fillForm(settings.wishes);
  const sentence = settings === undefined ? say('noSettings') : say('settingsRead', settings.writer);
  render(html`<p>${sentence} ${say(isMachineMade ? 'machineMade' : 'notMarked')}</p>`, found);
  found.scrollIntoView({ block: 'nearest' });
}

function startReading() {
  const input = /** @type {HTMLInputElement} */ (document.getElementById('file'));
  input.addEventListener('change', () => readFile(input.files?.[0]));
  addEventListener('dragover', (event) => {
    event.preventDefault();
    document.body.classList.add('dropping');
  });
  addEventListener('dragleave', () => document.body.classList.remove('dropping'));
  addEventListener('drop', (event) => {
    event.preventDefault();
    document.body.classList.remove('dropping');
    void readFile(event.dataTransfer?.files[0]);
  });
  addEventListener('paste', (event) => void readFile(event.clipboardData?.files[0]));
}

viewer.addEventListener('close', () => {
  opened = undefined;
  if (compared.length === 2) compared = [];
  redraw();
});
startForm(makeFromForm);
startReading();
void startWork(redraw).then(() => {
  if (batch.length === 0) batch = [...items.values()].filter((item) => !hasEnded(item));
});
