import { ADVICE } from './advice.ts';
import { Html, html, json } from './html.ts';
import { LANGUAGES, type Speech } from './languages/index.ts';
import { toStatusTitle } from './status/words/index.ts';

/** The page as the server sends it: a form that works without a script. The script adds progress and a history. */

interface PageParts {
  readonly speech: Speech;
  /** Address of the page's files. */
  readonly assets: string;
  readonly modules: readonly string[];
  /** CSS, which the policy knows by its digest. */
  readonly style: string;
  readonly basePath: string;
  readonly engines: readonly string[];
  readonly needsKey: boolean;
}

const SHAPES = ['square', 'portrait', 'landscape'] as const;
const COUNTS = [1, 2, 4];

export function renderPage(parts: PageParts): string {
  const { speech, assets, modules, style, basePath, needsKey } = parts;
  const { words } = speech;
  return html`<!doctype html>
<html lang="${speech.code}" dir="${speech.direction ?? 'ltr'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${words.tagline}">
<meta name="color-scheme" content="light dark">
<title>Easel – ${words.tagline}</title>
<link rel="icon" href="${assets}/icon.svg">
<link rel="manifest" href="${assets}/app.webmanifest">
<style>${new Html(style)}</style>
${modules.map((name) => html`<link rel="modulepreload" href="${assets}/${name}">`)}
<script type="module" src="${assets}/main.js"></script>
<script type="application/json" id="words">${json({ ...words, advice: ADVICE })}</script>
</head>
<body data-base="${basePath}/"${needsKey && html` data-key`}>
<header><h1 class="name"><a href="${basePath}/">Easel</a></h1><a href="${basePath}/docs">${words.documentation}</a></header>
<main>
${renderForm(parts)}
<p id="status" role="status"></p>
<div id="found"></div>
<section id="pictures" aria-label="${words.count}"></section>
<section id="history" aria-label="${words.history}" hidden></section>
</main>
<footer><a href="${basePath}/status">${toStatusTitle(speech.code)}</a><nav aria-label="Language">${Object.entries(
    LANGUAGES,
  ).map(
    ([code, { name }]) => html`<a href="?lang=${code}" lang="${code}" hreflang="${code}">${name}</a> `,
  )}</nav></footer>
<dialog id="viewer" aria-label="${words.open}"></dialog>
</body>
</html>`.text;
}

function renderForm({ speech: { words }, basePath, engines, needsKey }: PageParts): Html {
  return html`<form id="form" action="${basePath}/generate" method="get">
<input type="hidden" name="output" value="page">
<label for="prompt">${words.prompt}</label>
<textarea id="prompt" name="prompt" dir="auto" rows="2" required maxlength="32000" placeholder="${words.promptExample}" autofocus
  enterkeyhint="go"></textarea>
<div class="row">
<fieldset class="shapes"><legend>${words.shape}</legend>${SHAPES.map(
    (shape) =>
      html`<label class="chip"><input type="radio" name="shape" value="${shape}"${
        shape === 'square' && html` checked`
      }><span class="drawn ${shape}" aria-hidden="true"></span><span>${words[shape]}</span></label>`,
  )}</fieldset>
<label class="count" hidden>${words.count} <select id="count">${COUNTS.map(
    (count) => html`<option>${count}</option>`,
  )}</select></label>
<button class="make">${words.make}</button>
</div>
<details id="more"${needsKey && html` open`}><summary>${words.more}</summary><div class="wishes">
<label class="half">${words.engine}<select name="engine"><option value="">${words.anyEngine}</option>${engines.map(
    (name) => html`<option>${name}</option>`,
  )}</select></label>
<div><label for="seed">${words.seed}</label><div class="joined"><input id="seed" name="seed" inputmode="numeric"
  pattern="[0-9]{1,10}" placeholder="${words.random}" autocomplete="off"><button type="button" id="lock" aria-pressed="false"
  aria-label="${words.lock}" title="${words.lock}" hidden></button></div></div>
<label>${words.guidance}<input name="guidance_scale" type="number" min="0" max="20" step="0.5" value="7"></label>
<label>${words.steps}<input name="steps" type="number" min="1" max="150" placeholder="${words.usual}"></label>
<label>${words.width}<input name="width" type="number" min="16" max="4096" placeholder="${words.usual}"></label>
<label>${words.height}<input name="height" type="number" min="16" max="4096" placeholder="${words.usual}"></label>
<label class="wide">${words.negative}<textarea name="negative_prompt" rows="1" maxlength="32000"></textarea></label>
<div class="half" hidden><label>${words.style}<select id="style"><option value="">${words.noStyle}</option></select></label>
<p id="added" class="hint"></p></div>
<label class="half" hidden>${words.key}<input id="key" type="password" autocomplete="off"><span class="hint">${
    words.keyHint
  }</span></label>
<label class="half" hidden>${words.read}<input id="file" type="file" accept="image/png,image/jpeg,image/webp"><span
  class="hint">${words.readHint}</span></label>
</div></details>
</form>`;
}
