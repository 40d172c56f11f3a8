import { chromium } from 'playwright-core';
import { findExecutable } from '../../../worker/browser/process/executable.ts';

/** The browser that the tests run on. */
export async function findSystemShell(): Promise<string> {
  return (await findExecutable({ playwrightPath: chromium.executablePath() })).path;
}
