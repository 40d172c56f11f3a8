import { readShare } from './memory.ts';
import { findRenderers, kill } from './process-tree.ts';

/** A page that uses less is not why there is too little memory. The page of an ordinary picture has some 40 MB. */
const LARGE_KB = 100 * 1024;

/**
 * Kills the process of the page that uses the most memory, in all browsers of this worker. Other engines' pages have
 * processes of their own and stay. Returns the memory that it used in MB, or undefined if there is no large page.
 */
export async function killLargestPage(): Promise<number | undefined> {
  const renderers = await findRenderers(process.pid);
  const kilobytes = await Promise.all(renderers.map(({ pid }) => readShare(`/proc/${pid}`)));
  const largest = Math.max(...kilobytes);
  const renderer = renderers[kilobytes.indexOf(largest)];
  if (renderer === undefined || largest < LARGE_KB) return undefined;
  kill(renderer.pid);
  return Math.round(largest / 1024);
}
