/** The address that a hosting platform gave this service, where the platform says so in the environment. */

type Environment = Readonly<Record<string, string | undefined>>;

/** Whole addresses. */
const URLS = ['RENDER_EXTERNAL_URL'] as const;

/** Host names; all of these platforms serve by https. */
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

/** Without a slash at its end; undefined where no platform names a usable one. */
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
