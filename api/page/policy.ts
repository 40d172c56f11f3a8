/** What a page of ours may load: its own files, and pictures from wherever the stores keep them. Nothing else. */
export function toContentPolicy(publicUrl?: string): string {
  // A gateway in a local network has no certificate, and may name its pictures by another address than the page's.
  const own = publicUrl?.startsWith('http:') ? ` ${new URL(publicUrl).origin}` : '';
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' data: blob: https:${own}`,
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    'trusted-types lit-html',
    "require-trusted-types-for 'script'",
  ].join('; ');
}
