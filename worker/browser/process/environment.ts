type Environment = Readonly<Record<string, string | undefined>>;

const PASSED_ON = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'LD_LIBRARY_PATH',
  'FONTCONFIG_FILE',
  'FONTCONFIG_PATH',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'XDG_RUNTIME_DIR',
  'DBUS_SESSION_BUS_ADDRESS',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
]);

const PROXIES = new Set(['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy']);

/**
 * The variables that Chromium gets from the worker's environment. It is a list of what to pass, because Chromium runs
 * foreign code and a list of what to hide would miss new secrets. LD_PRELOAD is left out too: an allocator that helps
 * sharp is reported to crash Chromium (Playwright issue 33515).
 */
export function toBrowserEnvironment(environment: Environment): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && isHarmless(name, value)) passed[name] = value;
  }
  return passed;
}

function isHarmless(name: string, value: string): boolean {
  if (PASSED_ON.has(name) || name.startsWith('LC_')) return true;
  return PROXIES.has(name.toLowerCase()) && !value.includes('@');
}
