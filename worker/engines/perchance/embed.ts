import { randomInt } from 'node:crypto';
import type { EngineRequest } from '../engine.ts';
import { EMBED_IFRAME, LIMITS, MAX_PICTURE_BYTES, MESSAGES } from './site.ts';

/** The embed's iframe, made and held as the site's own plugin makes and holds it. */

/** Identifies an embed, in the plugin's own forms. */
export interface EmbedIds {
  /** The service takes a repetition under the same id for the same request. */
  readonly requestId: string;
  readonly iframeId: string;
}

const DIGITS = 10 ** 13;

export const drawRequestId = (): string => `0.${randomInt(DIGITS, 10 * DIGITS - 1)}`;
export const drawIframeId = (): string => `id0${randomInt(DIGITS, 10 * DIGITS - 1)}`;

/**
 * The address that makes the embed paint this request. Options are sent beside the prompt and not as `(seed:::1)` in it,
 * so that the whole prompt is read as text.
 */
export function toEmbedAddress(
  { pageUrl, embedUrl }: { pageUrl: string; embedUrl: string },
  request: EngineRequest,
  ids: EmbedIds,
): string {
  const options = {
    saveChannel: new URL(pageUrl).pathname.split('/').at(-1),
    saveTitle: '',
    saveDescription: '',
    prompt: request.prompt,
    seed: request.seed,
    resolution: `${request.width}x${request.height}`,
    guidanceScale: request.guidanceScale ?? LIMITS.guidanceScale.default,
    defaultGuidanceScale: LIMITS.guidanceScale.default,
    negativePrompt: request.negativePrompt,
    requestId: ids.requestId,
    iframeId: ids.iframeId,
    referenceImage: null,
  };
  return `${embedUrl}#${encodeURIComponent(JSON.stringify(options))}`;
}

interface EmbedTask {
  readonly address: string;
  readonly origin: string;
  readonly iframeId: string;
  readonly iframe: typeof EMBED_IFRAME;
  readonly messages: typeof MESSAGES;
  /** Characters of a picture's data URL. */
  readonly maxLength: number;
}

/** Base64 makes four characters of three bytes. */
export const MAX_DATA_URL_LENGTH = Math.ceil((MAX_PICTURE_BYTES * 4) / 3);

export function toEmbedTask(address: string, ids: EmbedIds): EmbedTask {
  const origin = new URL(address).origin;
  return {
    address,
    origin,
    iframeId: ids.iframeId,
    iframe: EMBED_IFRAME,
    messages: MESSAGES,
    maxLength: MAX_DATA_URL_LENGTH,
  };
}

/** What the embed posts at the end. Every field may be missing. A picture that is too long is left out. */
export interface FinishedMessage {
  readonly dataUrl?: unknown;
  readonly seedUsed?: unknown;
}

/** The part of a browser's window that `runEmbed` uses: it runs there, where nothing of this module exists. */
interface Message {
  readonly origin: string;
  readonly source: unknown;
  readonly data: (FinishedMessage & { readonly type?: unknown; readonly id?: unknown }) | null;
}
interface Iframe {
  className: string;
  src: string;
  readonly style: { cssText: string };
  readonly contentWindow: { postMessage(message: object, origin: string): void } | null;
  remove(): void;
}
declare const window: {
  addEventListener(type: 'message', listener: (event: Message) => void): void;
  removeEventListener(type: 'message', listener: (event: Message) => void): void;
};
declare const document: {
  readonly body: { append(iframe: Iframe): void };
  createElement(name: 'iframe'): Iframe;
  querySelector(selector: string): Iframe | null;
};

/** Runs in the generator page: adds the iframe in place of an earlier one and resolves with its `finished` message. */
export function runEmbed({
  address,
  origin,
  iframeId,
  iframe: look,
  messages,
  maxLength,
}: EmbedTask): Promise<FinishedMessage> {
  document.querySelector(`iframe.${iframeId}`)?.remove();
  const iframe = document.createElement('iframe');
  iframe.className = `${look.className} ${iframeId}`;
  iframe.style.cssText = look.style;
  return new Promise((resolve) => {
    const listen = ({ origin: sender, source, data }: Message): void => {
      if (sender !== origin || source !== iframe.contentWindow || data?.id !== iframeId) return;
      if (data.type === messages.ready) {
        iframe.contentWindow?.postMessage({ type: messages.origin, frameId: iframeId }, origin);
      }
      if (data.type !== messages.finished) return;
      window.removeEventListener('message', listen);
      const { dataUrl, seedUsed } = data;
      const isPicture = typeof dataUrl === 'string' && dataUrl.length <= maxLength;
      resolve({ dataUrl: isPicture ? dataUrl : '', seedUsed: typeof seedUsed === 'number' ? seedUsed : -1 });
    };
    window.addEventListener('message', listen);
    document.body.append(iframe);
    iframe.src = address;
  });
}
