import { base, readKey } from './calls.js';

/** @import { Item, Wishes } from './types.d.ts' */

/** Ways to ask for the same picture elsewhere. Each works unchanged. A key is replaced by a name, never copied. */

/** @param {Item} item */
function toWishes({ wishes, engine }) {
  return { ...wishes, ...(engine !== undefined && { engine }) };
}

/** @param {Wishes} wishes */
const toPairs = (wishes) =>
  Object.entries(wishes).map(([name, value]) => /** @type {[string, string]} */ ([name, String(value)]));

/** @param {Item} item */
const toAddress = (item) => `${base}generate?${new URLSearchParams([...toPairs(toWishes(item)), ['output', 'image']])}`;

/** A link that fills the form of this page but starts no picture. @param {Item} item */
function toLink(item) {
  const { prompt, ...rest } = toWishes(item);
  return `${base}#${new URLSearchParams([['p', prompt], ...toPairs(/** @type {Wishes} */ (rest))])}`;
}

/** @param {string} text */
const escapeHtml = (text) => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');

/** @param {string} text */
const escapeMarkdown = (text) => text.replace(/([\\[\]`*_<])/g, '\\$1').replace(/\s+/g, ' ');

/** @param {Item} item */
function toPython(item) {
  const headers = readKey() === '' ? '' : ', headers={"X-API-Key": os.environ["EASEL_KEY"]}';
  return `import os
from urllib.request import Request, urlopen

request = Request("${toAddress(item)}"${headers})
with urlopen(request) as answer, open("picture.png", "wb") as file:
    file.write(answer.read())
`;
}

/** @param {Item} item */
function toJavaScript(item) {
  const init = readKey() === '' ? '' : ', { headers: { "X-API-Key": env.EASEL_KEY } }';
  return `import { writeFile } from "node:fs/promises";${readKey() === '' ? '' : '\nimport { env } from "node:process";'}

const answer = await fetch("${toAddress(item)}"${init});
if (!answer.ok) throw new Error(await answer.text());
await writeFile("picture.png", new Uint8Array(await answer.arrayBuffer()));
`;
}

/** @param {Item} item */
const toCurl = (item) =>
  `curl --fail-with-body${readKey() === '' ? '' : ' -H "X-API-Key: $EASEL_KEY"'} "${toAddress(item)}" -o picture.png`;

/** Keyed by the name that is shown. Only that of the address is translated. @type {Record<string, (item: Item) => string>} */
export const SNIPPETS = {
  address: toAddress,
  link: toLink,
  curl: toCurl,
  HTML: (item) =>
    `<img src="${escapeHtml(toAddress(item))}" alt="${escapeHtml(item.wishes.prompt)}" width="${item.width}" height="${item.height}">`,
  Markdown: (item) => `![${escapeMarkdown(item.wishes.prompt)}](${toAddress(item)})`,
  Python: toPython,
  JavaScript: toJavaScript,
};

/** @param {string} text */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https, browsers have no `navigator.clipboard`.
    const area = document.createElement('textarea');
    area.value = text;
    (document.querySelector('dialog[open]') ?? document.body).append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}
