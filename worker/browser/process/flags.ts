/**
 * Chromium's last --disable-features and --enable-features win, so that ours must repeat what Playwright asks for;
 * without ThirdPartyStoragePartitioning, for one, the storage of a cross-site frame would not outlive its context.
 * From playwright-core 1.65.1, `chromiumSwitches.ts`; a test compares both lists with a real command line.
 */
const PLAYWRIGHT_DISABLED_FEATURES = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'TcpPortRandomizationWin',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
  'msForceBrowserSignIn',
  'msEdgeUpdateLaunchServicesPreferredVersion',
];
const PLAYWRIGHT_ENABLED_FEATURES = ['CDPScreenshotNewSurface', 'SkipListAccountsWithoutGaiaCookies'];

const DISABLED_FEATURES = [
  ...PLAYWRIGHT_DISABLED_FEATURES,
  'IsolateOrigins',
  'site-per-process',
  'AudioServiceOutOfProcess',
  'Translate',
];
const ENABLED_FEATURES = [...PLAYWRIGHT_ENABLED_FEATURES, 'NetworkServiceInProcess2'];

/**
 * A page that asks for more is killed instead of the container: Chromium's own limit is gigabytes. The site's page
 * and its frames need under 100.
 */
const PAGE_HEAP_MB = 192;

interface FlagOptions {
  /** chromium-headless-shell rather than a full Chromium. */
  readonly isShell: boolean;
  readonly sandbox: boolean;
}

/**
 * Fewer processes, and with the heap limit half the memory of Chromium's defaults. The sandbox needs the zygote; on
 * a full Chromium, going without it costs 43 MB instead of saving some. WebGL stays: turning it off saves nothing
 * and makes the browser look unlike others.
 */
export function leanFlags({ isShell, sandbox }: FlagOptions): string[] {
  return [
    '--in-process-gpu',
    // Windows that a page opens would be pages without a job, each with memory of its own.
    '--block-new-web-contents',
    // WebRTC alone would go past the proxy.
    '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--renderer-process-limit=1',
    '--disable-site-isolation-trials',
    `--js-flags=--max-old-space-size=${PAGE_HEAP_MB}`,
    `--disable-features=${DISABLED_FEATURES.join(',')}`,
    `--enable-features=${ENABLED_FEATURES.join(',')}`,
    ...(isShell && !sandbox ? ['--no-zygote'] : []),
  ];
}

/**
 * For a window on a profile that the worker uses afterwards: cookies and storage must lie where Playwright's flags
 * have the worker look for them.
 */
export function visibleFlags({ sandbox }: { readonly sandbox: boolean }): string[] {
  return [
    '--no-first-run',
    '--no-default-browser-check',
    '--password-store=basic',
    `--disable-features=${PLAYWRIGHT_DISABLED_FEATURES.join(',')}`,
    ...(sandbox ? [] : ['--no-sandbox']),
  ];
}
