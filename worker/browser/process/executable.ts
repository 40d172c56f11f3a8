import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { basename, delimiter, isAbsolute } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import places from './chromium-places.json' with { type: 'json' };

export interface Executable {
  readonly path: string;
  /** chromium-headless-shell, which uses half the memory of a full Chromium and cannot show a window. */
  readonly isShell: boolean;
}

interface Search {
  /** CHROMIUM_PATH. If set, nothing else is tried. */
  readonly executablePath?: string | undefined;
  /** Where Playwright puts its own full Chromium on this machine, installed or not. */
  readonly playwrightPath: string;
  /** Whether the browser must be able to show a window. */
  readonly visible?: boolean;
}

/** The browser to start. It is looked for at each start, so that one installed meanwhile is found. */
export async function findExecutable({ executablePath, playwrightPath, visible = false }: Search): Promise<Executable> {
  const candidates = executablePath === undefined ? toCandidates(playwrightPath) : [executablePath];
  for (const path of candidates) {
    if (!(await isExecutable(path))) continue;
    const place = await followLink(path);
    const isShell = [path, place].some((name) => /headless[-_]shell/.test(basename(name)));
    if (!visible || !isShell) return { path: place, isShell };
  }
  const looked = `looked for ${candidates.join(`${delimiter} `)}`;
  if (visible) throw new AppError('engine_failed', `no Chromium that can show a window: ${looked}. ${HOW_TO_SEE}`);
  throw new AppError('engine_failed', `no Chromium to start: ${looked}. ${HOW_TO_INSTALL}`);
}

const HOW_TO_INSTALL =
  'Install one (npx playwright-core install chromium-headless-shell, or apt install chromium-headless-shell), ' +
  'or name one by CHROMIUM_PATH';
const HOW_TO_SEE =
  'chromium-headless-shell has none. Install a full one (npx playwright-core install chromium, or apt install ' +
  'chromium), or name one by CHROMIUM_PATH';

/**
 * Headless shells first. Debian's file in /usr/bin is a shell script that starts the one in /usr/lib as one more
 * process. The bootstrap script looks in the same places.
 */
function toCandidates(playwrightPath: string): string[] {
  return [toPlaywrightShell(playwrightPath), playwrightPath, ...places.shells, ...places.browsers];
}

/**
 * Playwright only reports the path of its full Chromium. Its headless shell is in a folder of the same form beside it:
 * `chromium-1234/chrome-linux64/chrome`, `chromium_headless_shell-1234/chrome-headless-shell-linux64/chrome-headless-shell`.
 */
function toPlaywrightShell(playwrightPath: string): string {
  return playwrightPath.replace(
    /([\\/])chromium-(\d+)([\\/])chrome-([^\\/]+)[\\/][^\\/]*$/,
    '$1chromium_headless_shell-$2$3chrome-headless-shell-$4$3chrome-headless-shell',
  );
}

async function isExecutable(path: string): Promise<boolean> {
  if (!isAbsolute(path)) return false;
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Resolves links: with its GPU in process, a Chromium that is started through a link looks for its graphics libraries
 * beside the link, and every page hangs at its first frame. A link to a launcher (`/snap/bin/chromium` to `snap`) is
 * kept, because a launcher needs the link's name.
 */
async function followLink(path: string): Promise<string> {
  const place = await realpath(path);
  return /chrom|headless/i.test(basename(place)) ? place : path;
}
