import { render } from 'lit-html';

/** @import { TemplateResult } from 'lit-html' */
/** @import { Item } from './types.d.ts' */

/**
 * Draws a list so that each item keeps its element. lit would reuse elements by their place: a new picture at the front
 * would then move the focus and the open menus of all others to their neighbours.
 * @param {HTMLElement} list @param {Item[]} items @param {'li' | 'div'} tag of each item's element
 * @param {(item: Item) => TemplateResult} toTemplate
 */
export function drawRows(list, items, tag, toTemplate) {
  const earlier = new Map(/** @type {HTMLElement[]} */ ([...list.children]).map((row) => [row.dataset.row, row]));
  /** @type {Element | null} */
  let next = null;
  for (const item of items.toReversed()) {
    const row = earlier.get(item.id) ?? document.createElement(tag);
    earlier.delete(item.id);
    row.dataset.row = item.id;
    // An element that is moved loses the focus, so those in the right place stay.
    if (row.parentNode !== list || row.nextElementSibling !== next) list.insertBefore(row, next);
    render(toTemplate(item), row);
    next = row;
  }
  for (const row of earlier.values()) row.remove();
}
