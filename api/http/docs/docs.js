// A script of its own, because the page's policy allows none inside the page.
globalThis.SwaggerUIBundle({
  url: document.getElementById('docs').dataset.document,
  dom_id: '#docs',
  deepLinking: true,
  tryItOutEnabled: true,
  // The badge would ask a validator elsewhere.
  validatorUrl: null,
});
