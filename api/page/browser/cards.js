import { html, nothing } from 'lit-html';
import { copy, SNIPPETS } from './snippets.js';
import { advise, say } from './words.js';
import { cancel, hasEnded, make, remove, update } from './work.js';

/** @import { Item, Word } from './types.d.ts' */

/** What a card can do on the page around it. @typedef {{ use: (item: Item) => void, compare: (item: Item) => void, isCompared: (item: Item) => boolean, announce: (text: string) => void }} Around */

/** @type {Record<string, Word>} */
const STAGES = {
  wake: 'wake',
  queue: 'queue',
  waiting: 'waiting',
  browser: 'prepare',
  page: 'prepare',
  generate: 'generate',
  download: 'storing',
  convert: 'storing',
  upload: 'storing',
};

/** The state of an item in words. @param {Item} item */
export function toStageText({ status, stage = '', place, isOffline }) {
  if (status === 'done' || status === 'failed' || status === 'cancelled') return say(status);
  if (isOffline) return say('offline');
  if (stage === 'queue' && place !== undefined) return say('place', place);
  return say(STAGES[stage] ?? (status === 'storing' ? 'storing' : 'accepted'));
}

/** @param {Item} item */
const shapeOf = ({ wishes }) => `ratio-${wishes.shape}`;

/** @param {Item} item */
function place(item) {
  const { status, progress = 0, eta, preview, error } = item;
  if (status === 'failed')
    return html`<div class="place ${shapeOf(item)}"><div class="failed"><p>${error?.message}</p><p>${advise(error?.code ?? '')}</p></div></div>`;
  if (status === 'cancelled') return html`<div class="place ${shapeOf(item)}"><div>${say('cancelled')}</div></div>`;
  const bar =
    progress > 0
      ? html`<progress max="1" value=${progress} aria-label=${item.wishes.prompt}></progress>`
      : html`<progress aria-label=${item.wishes.prompt}></progress>`;
  return html`<div class="place ${shapeOf(item)}">
    ${preview === undefined ? nothing : html`<img src=${preview} alt="">`}
    <div><span>${toStageText(item)}${progress > 0 ? ` ${Math.round(progress * 100)} %` : nothing}</span>${bar}
    <span class="hint">${eta === undefined ? nothing : say('eta', Math.ceil(eta))}</span></div></div>`;
}

/** @param {Item} item */
const picture = (item) => html`<a class=${shapeOf(item)} href=${item.url} target="_blank" rel="noopener"
  ><img src=${item.url} alt=${item.wishes.prompt} width=${item.width} height=${item.height}></a>`;

/** @param {Item} item */
function facts({ wishes, engine, width, seconds, height }) {
  const size = width === undefined ? undefined : `${width} × ${height}`;
  const time = seconds === undefined || Number.isNaN(seconds) ? undefined : `${seconds.toFixed(1)}\u00a0s`;
  return [`${say('seed')} ${wishes.seed}`, engine, size, time].filter((fact) => fact !== undefined).join(' · ');
}

/** @param {Item} item @param {Around} around */
const copyMenu = (item, { announce }) => html`<details class="menu"><summary>${say('copy')}</summary><div class="tools">
  ${Object.entries(SNIPPETS).map(([name, toText]) => {
    const label = name === 'address' || name === 'link' ? say(name) : name;
    const run = () => void copy(toText(item)).then(() => announce(say('copied')));
    return html`<button type="button" data-snippet=${name} @click=${run}>${label}</button>`;
  })}</div></details>`;

/** Makes the same picture with another seed. @param {Item} item @param {number} seed */
const makeWith = ({ wishes }, seed) => make({ ...wishes, seed: seed % 2 ** 32 }, 1);

/** @param {Item} item */
function favour(item) {
  update(item, { favourite: !item.favourite });
  // The browser is asked to keep the history even if its disk is full.
  if (item.favourite) void navigator.storage?.persist?.();
}

/** @param {Item} item @param {Around} around */
function tools(item, around) {
  const { status, favourite, wishes, url } = item;
  if (!hasEnded(item))
    return html`<button type="button" data-do="cancel" @click=${() => cancel(item)}>${say('cancel')}</button>`;
  const again = status === 'done' ? Math.floor(Math.random() * 2 ** 32) : wishes.seed;
  const use = html`<button type="button" data-do="again" @click=${() => makeWith(item, again)}>${say('again')}</button>
    <button type="button" data-do="use" @click=${() => around.use(item)}>${say('sameSeed')}</button>`;
  const drop = html`<button type="button" data-do="remove" @click=${() => remove(item)}>${say('remove')}</button>`;
  if (status !== 'done') return html`${use}${drop}`;
  return html`<button type="button" data-do="favourite" aria-pressed=${favourite === true ? 'true' : 'false'} aria-label=${say('favourite')}
      title=${say('favourite')} @click=${() => favour(item)}>${favourite ? '♥' : '♡'}</button>
    <button type="button" data-do="vary" @click=${() => makeWith(item, wishes.seed + 1)}>${say('vary')}</button>
    ${use}
    <button type="button" data-do="compare" aria-pressed=${around.isCompared(item) ? 'true' : 'false'}
      @click=${() => around.compare(item)}>${say('compare')}</button>
    <a class="button" href=${url} download="easel-${wishes.seed}.png">${say('download')}</a>${drop}`;
}

/** @param {Item} item @param {Around} around */
export const card = (item, around) => html`<figure class="card" data-item=${item.id} data-status=${item.status}>
  ${item.status === 'done' ? picture(item) : place(item)}
  <figcaption class="caption"><p class="line" dir="auto">${item.wishes.prompt}</p><p class="hint">${facts(item)}</p>
  ${(item.warnings ?? []).map((warning) => html`<p class="warning">${warning}</p>`)}
  <div class="tools">${tools(item, around)}</div>${item.status === 'done' ? copyMenu(item, around) : nothing}
  </figcaption></figure>`;
