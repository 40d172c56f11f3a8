import { readFileSync } from 'node:fs';
import type { Request, Response } from 'express';

const challenge = readFileSync(new URL('./pages/challenge.html', import.meta.url), 'utf8');

/** The service sends its JSON as plain text, and the outcome in the body under HTTP 200. */
export function sendStatus(response: Response, body: { status: string }, httpStatus = 200): void {
  response.locals.status = body.status;
  response.status(httpStatus).type('text/plain').send(JSON.stringify(body));
}

export function sendHtml(response: Response, httpStatus: number, html: string): void {
  response.status(httpStatus).type('html').set('Cache-Control', 'no-store').send(html);
}

/** Cloudflare's check whether a person asks for a page or makes a call. */
export function sendChallenge(_request: Request, response: Response): void {
  response.set({ Server: 'cloudflare', 'cf-mitigated': 'challenge' });
  sendHtml(response, 403, challenge);
}
