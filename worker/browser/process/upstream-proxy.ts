export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * The operator's proxy for an address, from the usual environment variables; undefined for a direct connection. A proxy
 * with a password is not used. NO_PROXY holds host names, parent domains, or `*`.
 */
export function chooseProxy(url: URL, environment: ProxyEnvironment): URL | undefined {
  const read = (name: string): string | undefined => environment[name.toLowerCase()] ?? environment[name];
  const exceptions = (read('NO_PROXY') ?? '').split(',').map((entry) => entry.trim().replace(/^\*?\./, ''));
  const isException = exceptions.some(
    (entry) => entry !== '' && (entry === '*' || url.hostname === entry || url.hostname.endsWith(`.${entry}`)),
  );
  if (isException) return undefined;
  const named = read(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') ?? read('ALL_PROXY') ?? '';
  const address = named === '' || named.includes('://') ? named : `http://${named}`;
  if (!URL.canParse(address)) return undefined;
  const proxy = new URL(address);
  return proxy.protocol === 'http:' && proxy.username === '' ? proxy : undefined;
}
