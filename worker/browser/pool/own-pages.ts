import type { BrowserContext, Page } from 'playwright-core';

interface OwnPages {
  readonly pages: WeakSet<Page>;
  readonly opening: Set<Promise<Page>>;
}

const ownPages = new WeakMap<BrowserContext, OwnPages>();

/** Opens a page in the context. Pages that appear there in any other way (pop-ups) are closed at once. */
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

/** The page may have closed already, by itself or with its context or browser. */
function ignoreClosed(): undefined {
  return undefined;
}
