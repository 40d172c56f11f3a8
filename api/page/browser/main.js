export {};

const form = document.querySelector('form');
const prompt = document.querySelector('textarea');

// Enter makes the picture, as in every chat; Shift and Enter begin a new line.
prompt?.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form?.requestSubmit();
});
