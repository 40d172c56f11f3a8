// Stands in for https://challenges.cloudflare.com/turnstile/v0/api.js. The server sets the two values before this.
(() => {
  const TOKEN_DELAY_MS = 20;
  const WIDGET_ERROR = '600010';
  const { behaviour, onload } = window.turnstileStandIn;

  window.turnstile = {
    render(_container, options) {
      if (behaviour === 'silent') return;
      setTimeout(() => {
        if (behaviour === 'error') options['error-callback'](WIDGET_ERROR);
        else options.callback(`stand-in-token-${Math.random().toString().slice(2)}`);
      }, TOKEN_DELAY_MS);
    },
  };
  window[onload]?.();
})();
