import type { AppError } from '../../shared/errors.ts';
import { ADVICE } from './advice.ts';
import { type Html, html } from './html.ts';
import { chooseLanguage, type Speech } from './languages/index.ts';
import { toContentPolicy } from './policy.ts';

/** Answers to `output=page`: the job as a page that needs no script and also suits a text browser. */

interface PageAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface PageRequest {
  /** `Accept-Language`. */
  readonly language: string | undefined;
  readonly toPath: (path: string) => string;
}

/** A job that is still being made. The page reloads itself. */
export interface PendingPage {
  readonly prompt: string;
  readonly stage: string | undefined;
  readonly progress: number;
  readonly queuePosition: number | undefined;
  readonly etaSeconds: number | undefined;
  /** The whole address that the page reloads. */
  readonly url: string;
  /** Where its form goes that cancels the job. */
  readonly cancelUrl: string;
}

const LOOK_SECONDS = 3;

export function toPendingPage(job: PendingPage, request: PageRequest): PageAnswer {
  const speech = chooseLanguage(undefined, request.language);
  const { words } = speech;
  const percent = Math.round(job.progress * 100);
  const head = html`<meta http-equiv="refresh" content="${LOOK_SECONDS}; url=${job.url}">`;
  const content = html`<h1>${job.prompt}</h1>
    <p role="status">${stageWords(job, speech)}${percent > 0 && html` – ${percent} %`}${
      job.etaSeconds !== undefined && html` – ${fill(words.eta, Math.ceil(job.etaSeconds))}`
    }</p>
    <progress max="100" value="${percent}" aria-label="${words.generate}"></progress>
    <form class="plain" method="post" action="${job.cancelUrl}"><a href="${job.url}">${words.reload}</a>
    <button>${words.cancel}</button></form>`;
  return toAnswer(200, { title: words.make, head, content, speech }, request);
}

export interface DonePage {
  readonly prompt: string;
  readonly settings: ReadonlyArray<
    readonly [label: 'seed' | 'engine' | 'guidance' | 'negative' | 'shape', value: string]
  >;
  readonly pictures: ReadonlyArray<{ readonly url: string; readonly width: number; readonly height: number }>;
  readonly warnings: readonly string[];
  /** The address that makes the same picture again. */
  readonly again: string;
}

export function toDonePage(page: DonePage, request: PageRequest): PageAnswer {
  const speech = chooseLanguage(undefined, request.language);
  const { words } = speech;
  const pictures = page.pictures.map(
    ({ url, width, height }) => html`<p><a href="${url}"><img class="whole" src="${url}" width="${width}"
      height="${height}" alt="${page.prompt}"></a></p><p><a href="${url}">${words.open}</a></p>`,
  );
  const rows = page.settings.map(([label, value]) => html`<dt>${words[label]}</dt><dd>${value}</dd>`);
  const content = html`<h1>${page.prompt}</h1>
    ${pictures}
    ${page.warnings.map((warning) => html`<p class="warning">${warning}</p>`)}
    <h2>${words.settings}</h2><dl>${rows}</dl>
    <p><a href="${page.again}">${words.again}</a> · <a href="${request.toPath('/')}">${words.another}</a></p>`;
  return toAnswer(200, { title: page.prompt, content, speech }, request);
}

export function toFailedPage(error: AppError, request: PageRequest): PageAnswer {
  const speech = chooseLanguage(undefined, request.language);
  const { words } = speech;
  const title = error.code === 'cancelled' ? words.cancelled : words.failed;
  const sentences = error.details.faults?.map(({ message }) => message) ?? [error.publicMessage];
  const content = html`<h1>${title}</h1>
    ${sentences.map((sentence) => html`<p role="alert">${sentence}</p>`)}
    <p>${words[ADVICE[error.code] ?? ADVICE.other]}</p>
    <p><a href="${request.toPath('/')}">${words.another}</a></p>`;
  const answer = toAnswer(error.status, { title, content, speech }, request);
  // The browser then asks for a name and a password. The password is the key.
  const asks = error.code === 'unauthorized' && { 'WWW-Authenticate': 'Basic realm="Easel", charset="UTF-8"' };
  return { ...answer, headers: { ...answer.headers, ...asks } };
}

function stageWords({ stage, queuePosition }: PendingPage, { words }: Speech): string {
  if (stage === 'wake') return words.wake;
  if (stage === 'queue') return queuePosition === undefined ? words.queue : fill(words.place, queuePosition);
  if (stage === 'waiting') return words.waiting;
  if (stage === 'generate') return words.generate;
  if (stage === 'convert' || stage === 'upload') return words.storing;
  return stage === undefined ? words.accepted : words.prepare;
}

const fill = (text: string, value: string | number): string => text.replace('{n}', String(value));

interface Page {
  readonly title: string;
  readonly head?: Html;
  readonly content: Html;
  readonly speech: Speech;
}

/** Prompts in addresses reach no other host. The form that cancels needs an `Origin`, which `no-referrer` would hide. */
function toAnswer(status: number, { title, head, content, speech }: Page, { toPath }: PageRequest): PageAnswer {
  const page = html`<!doctype html>
<html lang="${speech.code}" dir="${speech.direction ?? 'ltr'}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="same-origin">${head}
<title>${title} – Easel</title><link rel="stylesheet" href="${toPath('/page/now/style.css')}">
</head>
<body><header><a class="name" href="${toPath('/')}">Easel</a></header><main>${content}</main></body></html>`;
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': toContentPolicy(),
    Vary: 'Accept-Language',
  };
  return { status, headers, body: Buffer.from(page.text) };
}
