import { config } from './config.js';
import { observeNewIframes, textToImage } from './text-to-image-plugin.js';

// The generator lives on an origin of its own that is only meant to be seen inside the outer page.
if (window.top === window) window.location.replace(config.outerUrl);

const field = (name) => document.querySelector(`[data-name="${name}"]`).value;
let lostClicks = config.lostClicks;

function generate() {
  if (lostClicks > 0) {
    lostClicks -= 1;
    return;
  }
  const outputArea = document.querySelector('#outputAreaEl');
  outputArea.replaceChildren();
  for (let image = 0; image < Number(field('numImages')); image += 1) {
    const container = document.createElement('div');
    container.className = 't2i-image-ctn';
    container.append(
      textToImage({
        prompt: `${field('description')}${field('artStyle')}`,
        negativePrompt: field('negative'),
        resolution: field('shape'),
        guidanceScale: Number(field('gScale')),
      }),
    );
    outputArea.append(container);
  }
  void observeNewIframes();
}

document.querySelector('#generateButtonEl').addEventListener('click', generate);
document.querySelector('#termsAcceptEl')?.addEventListener('click', () => {
  if (document.querySelector('#termsCheckboxEl').checked) document.querySelector('#termsDialogEl').remove();
});
