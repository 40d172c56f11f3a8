import { readFileSync } from 'node:fs';
import type { Behaviour } from './behaviour.ts';
import type { Timings } from './timings.ts';

export const IMAGE_PAGE_NAME = 'perchance-ai-api';
export const GENERATOR_NAME = 'ai-text-to-image-generator';
/** Cloudflare's own test site key. */
const TURNSTILE_SITE_KEY = '1x00000000000000000000AA';

/** Addresses of the four origins, without a slash at the end. */
export type Origins = { outer: string; generator: string; embed: string; turnstile: string };

const read = (name: string): string => readFileSync(new URL(`./pages/${name}`, import.meta.url), 'utf8');
const outer = read('outer.html');
const generator = read('generator.html');
const termsDialog = read('terms-dialog.html');
const embed = read('embed.html');
export const redesignedPage = read('redesigned.html');
export const turnstileScript = read('turnstile.js');

/** The directory whose scripts the pages load from `/scripts/`. */
export const scriptsDirectory = new URL('./pages/', import.meta.url);

export function outerPage(origins: Origins): string {
  const generatorUrl = `${origins.generator}/${GENERATOR_NAME}?__generatorLastEditTime=${Date.now()}`;
  return fill(outer, {
    config: configScript({ embedOrigin: origins.embed }),
    generatorFrame: `<iframe id="outputIframeEl" title="Generator" src="${generatorUrl}"></iframe>`,
  });
}

export function generatorPage(origins: Origins, behaviour: Behaviour, timings: Timings): string {
  const isV1 = behaviour.dom === 'v1';
  const counts = isV1 ? [3, 6, 9] : [2, 4, 6, 8, 16, 32];
  const negative = 'class="paragraph-input" data-name="negative"';
  return fill(generator, {
    negativeField: isV1 ? `<input ${negative}>` : `<textarea ${negative}></textarea>`,
    countOptions: counts.map((count) => `<option${count === 6 ? ' selected' : ''}>${count}</option>`).join(''),
    termsDialog: behaviour.termsDialog ? termsDialog : '',
    config: configScript({
      generatorName: GENERATOR_NAME,
      outerUrl: `${origins.outer}/${GENERATOR_NAME}`,
      embedOrigin: origins.embed,
      embedUrl: `${origins.embed}/embed`,
      lostClicks: behaviour.lostClicks,
      timings,
    }),
  });
}

/** The page "Image API v1" as a visitor opens it: the outer page with another generator in its frame. */
export function imagePage(origins: Origins, query: string): string {
  const frameUrl = `${origins.generator}/${IMAGE_PAGE_NAME}?${query}`
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;');
  return fill(outer, {
    config: configScript({ embedOrigin: origins.embed }),
    generatorFrame: `<iframe id="outputIframeEl" title="Generator" src="${frameUrl}"></iframe>`,
  });
}

export function imageGeneratorPage(origins: Origins, behaviour: Behaviour, timings: Timings): string {
  const config = configScript({
    generatorName: IMAGE_PAGE_NAME,
    embedOrigin: origins.embed,
    embedUrl: `${origins.embed}/embed`,
    failure: behaviour.imageFailure,
    imageUrl: behaviour.imageUrl,
    timings,
  });
  return `<!doctype html><title>Image API v1</title>${config}<body><script type="module" src="/scripts/image-api.js"></script></body>`;
}

export function embedPage(origins: Origins, behaviour: Behaviour, timings: Timings, clientVersion: string): string {
  return fill(embed, {
    config: configScript({
      turnstileUrl: `${origins.turnstile}/turnstile/v0/api.js`,
      turnstileSiteKey: TURNSTILE_SITE_KEY,
      trustedOrigins: [origins.outer, origins.generator],
      clientVersion,
      attack: behaviour.attack,
      targets: behaviour.targets,
      timings,
    }),
  });
}

/** Replaces comments that are only a name by HTML. */
function fill(template: string, values: Record<string, string>): string {
  return template.replace(/<!--(\w+)-->/g, (_match, name: string) => values[name] ?? '');
}

function configScript(config: Record<string, unknown>): string {
  // A bare "<" could end the script element from within.
  const json = JSON.stringify(config).replaceAll('<', '\\u003c');
  return `<script type="application/json" id="config">${json}</script>`;
}
