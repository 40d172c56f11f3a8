import { createHash } from 'node:crypto';

/** The Content-Security-Policy of our pages: only our own files, and pictures from any host, where stores keep them. */
export function toContentPolicy(publicUrl?: string, style?: string): string {
  // The style inside the page spares a first visit one round trip. Its digest lets no other style in.
  const inside = style === undefined ? '' : ` 'sha256-${createHash('sha256').update(style).digest('base64')}'`;
  // A gateway in a local network has no certificate, and the addresses of its pictures may differ from the page's.
  const own = publicUrl?.startsWith('http:') ? ` ${new URL(publicUrl).origin}` : '';
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self'${inside}`,
    `img-src 'self' data: blob: https:${own}`,
    "connect-src 'self'",
    "form-action 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    'trusted-types lit-html',
    "require-trusted-types-for 'script'",
  ].join('; ');
}
