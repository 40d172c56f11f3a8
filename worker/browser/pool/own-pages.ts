import type { BrowserContext, Page } from 'playwright-core';

interface OwnPages {
  readonly pages: WeakSet<Page>;
  readonly opening: Set<Promise<Page>>;
}

const ownPages = new WeakMap<BrowserContext, OwnPages>();

/** Opens a page in the context. Every page there that was not opened by this function is closed as soon as it appears. */
export async function openOwnPage(context: BrowserContext): Promise<Page> {
  const { pages, opening } = ownPages.get(context) ?? closeForeignPages(context);
  const work = context.newPage();
  opening.add(work);
  try {
    const page = await work;
    pages.add(page);
    return page;
  } finally {
    opening.delete(work);
  }
}

function closeForeignPages(context: BrowserContext): OwnPages {
  const own: OwnPages = { pages: new WeakSet(), opening: new Set() };
  ownPages.set(context, own);
  context.on('page', async (page) => {
    // The event may come before the call that opened the page has ended.
    await Promise.allSettled(own.opening);
    if (!own.pages.has(page)) await page.close().catch(ignoreClosed);
  });
  return own;
}

/** It may be gone by itself, with its context, or with the browser. */
function ignoreClosed(): undefined {
  return undefined;
}
