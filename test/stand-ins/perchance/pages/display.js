const element = (id) => document.getElementById(id);

export function showWaiting(text, subtitle = '') {
  // An embed that has cleared itself has nowhere left to write.
  if (!element('waitingContentEl')) return;
  element('waitingContentEl').textContent = text;
  element('waitingSubtitleEl').textContent = subtitle;
}

export function showError(text) {
  showWaiting('Error', text);
  if (element('waitingSubtitleEl')) element('waitingSubtitleEl').style.color = 'red';
}

export function showResult(dataUrl, reply, options) {
  const image = element('resultImgEl');
  if (!image) return;
  const { prompt, negativePrompt, guidanceScale } = options;
  const description = `prompt=${prompt} negativePrompt=${negativePrompt} guidanceScale=${guidanceScale} seed=${reply.seed}`;
  image.src = dataUrl;
  image.title = description;
  image.alt = description;
  element('waitingEl').hidden = true;
  element('outputEl').hidden = false;
  document.querySelector('.contentGuardMessageEl').hidden = !reply.maybeNsfw;
}
