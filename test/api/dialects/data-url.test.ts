import { ERRORS } from '../../../shared/errors.ts';
import { dialectContract } from '../../contracts/dialect.ts';
import { PICTURE_BYTES } from '../fake-jobs.ts';

const path = '/api/generate-image';

dialectContract({
  name: 'data-url',
  generate: { path, body: { prompt: 'fox' } },
  toError: (code, message) => ({ status: ERRORS[code].status, body: { success: false, error: message } }),
  wrong: { call: { path, body: { prompt: 'x'.repeat(32_001) } }, blamed: 'prompt' },
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
      name: 'a missing prompt gets the earlier service’s text',
      call: { path, body: {} },
      status: 400,
      answer: { success: false, error: 'Prompt is required' },
    },
    ...[{ prompt: '' }, { prompt: ' \n' }, { prompt: null }, { prompt: 0 }, [], 'fox', null].map((body) => ({
      name: `${JSON.stringify(body)} gets the earlier service’s text for a missing prompt`,
      call: { path, body },
      status: 400,
      answer: { success: false, error: 'Prompt is required' },
    })),
    {
      name: 'a prompt that is no text gets its own error',
      call: { path, body: { prompt: 7 } },
      status: 400,
      answer: {
        success: false,
        error: '`prompt` must be text of 1 to 32,000 characters, without control characters, not 7.',
      },
    },
  ],
});
