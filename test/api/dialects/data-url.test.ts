import { ERRORS } from '../../../shared/errors.ts';
import { dialectContract } from '../../contracts/dialect.ts';
import { PICTURE_BYTES } from '../fake-jobs.ts';

const path = '/api/generate-image';

dialectContract({
  name: 'data-url',
  generate: { path, body: { prompt: 'fox' } },
  toError: (code, message) => ({ status: ERRORS[code].status, body: { success: false, error: message } }),
  wrong: { call: { path, body: { prompt: 'x'.repeat(2001) } }, blamed: 'prompt' },
  pairs: [
    {
      name: 'a data URL and the path of the saved file',
      call: { path, body: { prompt: 'A beautiful landscape with mountains and a lake' } },
      draft: {
        prompt: 'A beautiful landscape with mountains and a lake',
        preferredEngine: 'huggingface',
        format: 'png',
        deliver: 'bytes',
      },
      status: 200,
      answer: {
        success: true,
        imageUrl: `data:image/png;base64,${PICTURE_BYTES.toString('base64')}`,
        filePath: '/data/file.png',
      },
    },
    {
      name: 'a missing prompt, in the words of old',
      call: { path, body: {} },
      status: 400,
      answer: { success: false, error: 'Prompt is required' },
    },
    {
      name: 'an empty prompt, in the words of old',
      call: { path, body: { prompt: '' } },
      status: 400,
      answer: { success: false, error: 'Prompt is required' },
    },
  ],
});
