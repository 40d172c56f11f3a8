import type { EngineStatus } from '../../../shared/contract/wire.ts';
import { type Html, html } from '../html.ts';
import type { Speech } from '../languages/index.ts';
import type { Bar, StatusView } from './view.ts';
import { toStatusWords } from './words/index.ts';
import type { StatusWords } from './words.ts';

/** `/status` for people: drawn on the server, so that it needs no script. */

interface StatusPage {
  readonly speech: Speech;
  /** Where the style sheets are. */
  readonly assets: string;
  readonly basePath: string;
  /** What everybody may know. */
  readonly brief: Brief;
  /** For those who may know more. */
  readonly view: StatusView | undefined;
}

export interface Brief {
  readonly worker: string;
  readonly isReady: boolean;
  readonly version: string;
}

export function renderStatus({ speech, assets, basePath, brief, view }: StatusPage): string {
  const words = toStatusWords(speech.code);
  const { code, direction = 'ltr' } = speech;
  return html`<!doctype html>
<html lang="${code}" dir="${direction}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">
<title>${words.title} – Easel</title>
<link rel="stylesheet" href="${assets}/style.css"><link rel="stylesheet" href="${assets}/status.css">
</head>
<body>
<header><a class="name" href="${basePath}/">Easel</a></header>
<main>
<h1 class="sentence ${toMood(brief)}">${toSentence(brief, view, words)}</h1>
${view === undefined ? renderForStrangers(brief, words) : renderDetails(view, speech, words)}
</main>
</body></html>`.text;
}

type Mood = 'well' | 'resting' | 'unwell';

function toMood({ worker, isReady }: Brief): Mood {
  if (!isReady) return 'unwell';
  return worker === 'asleep' || worker === 'waking' || worker === 'starting' ? 'resting' : 'well';
}

function toSentence(brief: Brief, view: StatusView | undefined, words: StatusWords): string {
  const state = stateSentence(brief, view, words);
  const isWell = toMood(brief) === 'well' && view?.lastSeconds !== undefined;
  return isWell ? `${state} ${fill(words.last, String(view.lastSeconds))}` : state;
}

function stateSentence({ worker, isReady }: Brief, view: StatusView | undefined, words: StatusWords): string {
  if (!isReady) return words.down;
  if (worker === 'asleep') return words.asleep;
  if (worker === 'waking' || worker === 'starting') return words.waking;
  const isMaking = worker === 'busy' || view?.workers.some(({ running }) => running > 0) === true;
  return isMaking ? words.making : words.ready;
}

const fill = (text: string, value: string): string => text.replace('{n}', value);

const renderForStrangers = ({ version }: Brief, words: StatusWords): Html =>
  html`<p>${words.version} ${version}</p><p><a href="?details">${words.more}</a></p>`;

function renderDetails(view: StatusView, speech: Speech, words: StatusWords): Html {
  const number = new Intl.NumberFormat(speech.code, { maximumFractionDigits: 1 });
  const { reasons, engines, stores, workers } = view;
  return html`${reasons.map((reason) => html`<p class="warning">${reason}</p>`)}
${
  engines.length > 0 &&
  html`<section aria-labelledby="engines"><h2 id="engines">${words.engines}</h2>
<p class="soft">${words.day}</p>
<ul class="engines">${engines.map((engine) => renderEngine(engine, speech, words))}</ul></section>`
}
${
  stores.length > 0 &&
  html`<section aria-labelledby="stores"><h2 id="stores">${words.stores}</h2>
<ul class="engines">${stores.map(
    (store) => html`<li><div class="line"><b>${store.name}</b>${renderState(store, speech, words)}</div></li>`,
  )}</ul></section>`
}
<dl class="figures">
${workers.map((worker) => renderWorker(worker, number, words))}
${figure(words.queue, number.format(view.waiting))}
${figure(words.remembered, `${number.format(view.remembered)}\u200e / ${number.format(view.requests)}`)}
${renderUsage(view, speech, words)}
${figure(words.version, view.version)}
</dl>`;
}

/** Shows the state only where the sentence above does not: for one of several workers that does not serve. */
const renderWorker = (
  { name, state, running }: StatusView['workers'][number],
  number: Intl.NumberFormat,
  words: StatusWords,
): Html =>
  figure(
    `${words.workers}: ${name}`,
    fill(words.running, number.format(running)),
    state === 'ready' || state === 'busy' ? undefined : state,
  );

const figure = (label: string, value: string, note?: string): Html =>
  html`<div><dt>${label}</dt><dd><bdi dir="auto">${value}</bdi>${note !== undefined && html`<small>${note}</small>`}</dd></div>`;

const MEGABYTE = 1_000_000;
const GIGABYTE = 1000 * MEGABYTE;

function renderUsage({ usage }: StatusView, { code }: Speech, words: StatusWords): Html {
  const { awakeHours, bytesOut, freeHours, since } = usage;
  const number = new Intl.NumberFormat(code, { maximumFractionDigits: 1 });
  const day = new Intl.DateTimeFormat(code, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
  const counted = fill(words.since, `${day.format(since)} UTC`);
  const note = freeHours === undefined ? counted : `${fill(words.ofFree, number.format(freeHours))}; ${counted}`;
  const isLarge = bytesOut >= GIGABYTE;
  const sent = `${number.format(bytesOut / (isLarge ? GIGABYTE : MEGABYTE))} ${isLarge ? 'GB' : 'MB'}`;
  return html`${figure(words.awake, number.format(awakeHours), note)}${figure(words.sent, sent, counted)}`;
}

const SIGNS = { ready: '●', trying: '◐', resting: '○' } as const;

function renderState(status: EngineStatus, speech: Speech, words: StatusWords): Html {
  const { state, quotaRemaining, quotaResetsAt, lastErrorCode } = status;
  const text = { ready: words.serves, trying: words.tried, resting: words.rests }[state];
  const number = new Intl.NumberFormat(speech.code);
  const clock = new Intl.DateTimeFormat(speech.code, { timeStyle: 'short', timeZone: 'UTC' });
  const left = quotaRemaining === undefined ? undefined : fill(words.left, number.format(quotaRemaining));
  const renewed = quotaResetsAt === undefined ? undefined : fill(words.renewed, `${clock.format(quotaResetsAt)} UTC`);
  const reason = state === 'ready' ? undefined : lastErrorCode;
  return html`<span class="${state}"><span aria-hidden="true">${SIGNS[state]}</span> ${[text, reason, left, renewed]
    .filter((part) => part !== undefined)
    .join(' · ')}</span>`;
}

function renderEngine(engine: StatusView['engines'][number], speech: Speech, words: StatusWords): Html {
  return html`<li><div class="line"><b>${engine.name}</b>${renderState(engine, speech, words)}</div>
${renderStrip(engine.name, engine.bars, words)}</li>`;
}

const BAR_WIDTH = 8;
const BAR_STEP = 10;
const HEIGHT = 32;
const STUB = 3;
const RESTED = 11;

/** One bar for each half hour: its height is full where anything was asked for, and its upper part shows what failed. */
function renderStrip(name: string, bars: readonly Bar[], words: StatusWords): Html {
  const sum = (of: 'done' | 'failed'): string => String(bars.reduce((total, bar) => total + bar[of], 0));
  const label = `${name}: ${fill(words.made, sum('done'))}, ${fill(words.failures, sum('failed'))}`;
  const drawn = bars.map((bar, index) => renderBar(bar, index * BAR_STEP, words));
  return html`<svg class="strip" viewBox="0 0 ${bars.length * BAR_STEP} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}">${drawn}</svg>`;
}

function renderBar({ startsAt, done, failed, rested }: Bar, x: number, words: StatusWords): Html {
  const all = done + failed;
  const rect = (kind: string, y: number, height: number): Html =>
    html`<rect class="${kind}" x="${x}" y="${y}" width="${BAR_WIDTH}" height="${height}"/>`;
  const failedHeight = all === 0 ? 0 : Math.round((HEIGHT * failed) / all);
  const time = new Date(startsAt).toISOString().slice(11, 16);
  const idle = rested ? rect('rested', HEIGHT - RESTED, RESTED) : rect('none', HEIGHT - STUB, STUB);
  const sentence =
    all === 0
      ? rested
        ? words.rests
        : words.nothing
      : `${fill(words.made, String(done))}, ${fill(words.failures, String(failed))}`;
  return html`<g><title>${time} UTC: ${sentence}</title>${all === 0 && idle}${
    failedHeight > 0 && rect('failed', 0, failedHeight)
  }${all > 0 && failedHeight < HEIGHT && rect('done', failedHeight, HEIGHT - failedHeight)}</g>`;
}
