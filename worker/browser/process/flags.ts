/**
 * Chromium obeys only the last --disable-features and --enable-features, so ours must repeat Playwright's. For instance,
 * without ThirdPartyStoragePartitioning the storage of a cross-site frame would be lost with its context.
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
 * Heap limit in MB. A page that needs more is killed, rather than the container. Chromium's own limit is gigabytes;
 * Perchance's page and its frames need less than 100 MB.
 */
const PAGE_HEAP_MB = 192;

interface FlagOptions {
  /** chromium-headless-shell rather than a full Chromium. */
  readonly isShell: boolean;
  readonly sandbox: boolean;
}

/**
 * Fewer processes; with the heap limit, half the memory of Chromium's defaults. The sandbox needs the zygote process. On
 * a full Chromium, running without the zygote costs 43 MB more. WebGL stays on: turning it off saves nothing and makes
 * the browser look unusual.
 */
export function leanFlags({ isShell, sandbox }: FlagOptions): string[] {
  return [
    '--in-process-gpu',
    // No pop-ups: windows that a page opens serve no job and use memory.
    '--block-new-web-contents',
    // Only WebRTC would bypass the proxy.
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
 * For a window on a profile that the worker uses later. Cookies and storage must be where Playwright's flags make the
 * worker's browser look for them.
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
