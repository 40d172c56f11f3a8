/** The public address of this service, if a hosting platform puts it into the environment. */

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that hold a whole address. */
const URLS = ['RENDER_EXTERNAL_URL'] as const;

/** Variables that hold a host name. All of these platforms use https. */
const HOSTS: ReadonlyArray<readonly [name: string, toHost?: (value: string) => string]> = [
  ['RAILWAY_PUBLIC_DOMAIN'],
  ['KOYEB_PUBLIC_DOMAIN'],
  ['HEROKU_APP_DEFAULT_DOMAIN_NAME'],
  // Azure App Service.
  ['WEBSITE_HOSTNAME'],
  // Hugging Face Spaces.
  ['SPACE_HOST'],
  ['FLY_APP_NAME', (app) => `${app}.fly.dev`],
];

const HOST = /^[a-z0-9][a-z0-9.-]{0,252}$/i;

/** Without a slash at its end. Undefined if no platform names a valid one. */
export function toPlatformUrl(environment: Environment): string | undefined {
  const urls = URLS.map((name) => environment[name]?.trim() ?? '').filter(
    (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
  );
  const hosts = HOSTS.flatMap(([name, toHost = String]) => {
    const value = environment[name]?.trim() ?? '';
    const host = value === '' ? '' : toHost(value);
    return HOST.test(host) && host.includes('.') ? [`https://${host.toLowerCase()}`] : [];
  });
  const [first] = [...urls.map((value) => new URL(value).origin), ...hosts];
  return first;
}
