/** The settings that the server wrote into the page. */
export const config = JSON.parse(document.querySelector('#config').textContent);

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
