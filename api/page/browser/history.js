import { html, nothing, render } from 'lit-html';
import { exportItems, importItems } from './exchange.js';
import { isFull } from './kept.js';
import { drawRows } from './rows.js';
import { say } from './words.js';
import { items, remove, update } from './work.js';

/** @import { Item } from './types.d.ts' */

/** All pictures that this browser remembers, as small copies with a search. Arrow keys move between them. */

/** Pictures shown at a time. Thousands would make every change of the page slow. */
const PAGE = 60;

const view = { query: '', favourites: false, limit: PAGE };

/** @type {WeakMap<Blob, string>} */
const addresses = new WeakMap();

/** @param {Item} item */
function toSource({ thumb, url }) {
  if (thumb === undefined) return url;
  const address = addresses.get(thumb) ?? URL.createObjectURL(thumb);
  addresses.set(thumb, address);
  return address;
}

function find() {
  const words = view.query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (/** @type {Item} */ { wishes, engine, favourite }) => {
    const text = `${wishes.prompt} ${wishes.seed} ${engine ?? ''}`.toLowerCase();
    return (!view.favourites || favourite === true) && words.every((word) => text.includes(word));
  };
  return [...items.values()].filter((item) => item.status === 'done' && fits(item)).sort((a, b) => b.at - a.at);
}

/** @param {KeyboardEvent} event @param {Item} item */
function onKey(event, item) {
  const place = /** @type {HTMLElement} */ (event.currentTarget).closest('li');
  const sibling = { ArrowRight: place?.nextElementSibling, ArrowLeft: place?.previousElementSibling }[event.key];
  if (sibling) sibling.querySelector('button')?.focus();
  else if (event.key === 'Delete') {
    const neighbour = place?.nextElementSibling ?? place?.previousElementSibling;
    neighbour?.querySelector('button')?.focus();
    remove(item);
  } else if (event.key === 'f') update(item, { favourite: !item.favourite });
}

/** @param {Item} item @param {(item: Item) => void} open */
const row = (item, open) => html`<button type="button" aria-label=${item.wishes.prompt} title=${item.wishes.prompt}
  @click=${() => open(item)} @keydown=${(/** @type {KeyboardEvent} */ event) => onKey(event, item)}
  ><img src=${toSource(item)} alt="" loading="lazy">${item.favourite ? html`<span class="heart">♥</span>` : nothing}</button>`;

/** @param {HTMLElement} section @param {(item: Item) => void} open @param {() => void} redraw */
export function drawHistory(section, open, redraw) {
  const found = find();
  render(frame(found.length, redraw), section);
  const list = /** @type {HTMLElement} */ (section.querySelector('.kept'));
  drawRows(list, found.slice(0, view.limit), 'li', (item) => row(item, open));
}

/** @param {number} count pictures that were found @param {() => void} redraw */
function frame(count, redraw) {
  const set = (/** @type {Partial<typeof view>} */ change) => {
    Object.assign(view, { limit: PAGE }, change);
    redraw();
  };
  const onFile = async (/** @type {Event} */ event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const file = input.files?.[0];
    if (file !== undefined) await importItems(file);
    input.value = '';
    redraw();
  };
  return html`<h2>${say('history')}</h2>
    ${isFull() ? html`<p class="warning" role="alert">${say('quotaFull')}</p>` : nothing}
    <div class="tools">
      <input type="search" aria-label=${say('search')} placeholder=${say('search')}
        @input=${(/** @type {Event} */ event) => set({ query: /** @type {HTMLInputElement} */ (event.target).value })}>
      <button type="button" data-do="favourites" aria-pressed=${view.favourites ? 'true' : 'false'}
        @click=${() => set({ favourites: !view.favourites })}>♥ ${say('favouritesOnly')}</button>
      <button type="button" data-do="export" @click=${() => exportItems()}>${say('exportHistory')}</button>
      <label class="button">${say('importHistory')}<input type="file" accept=".jsonl" @change=${onFile}></label>
    </div>
    ${items.size === 0 ? html`<p class="hint">${say('nothingYet')}</p>` : nothing}
    <ul class="kept"></ul>
    ${
      count > view.limit
        ? html`<button type="button" data-do="further" @click=${() => set({ limit: view.limit + PAGE })}>${say('showMore')}</button>`
        : nothing
    }`;
}
