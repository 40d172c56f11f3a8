import { z } from 'zod';
import type { AppError } from '../../../shared/errors.ts';
import type { Dialect, Encoded } from '../dialect.ts';
import { parseFields, prompt } from '../fields.ts';
import { encodePending, pendingAnswer, toErrorResponses } from '../native.ts';
import { firstDataUrl } from '../pictures.ts';

const dataUrlBody = z.object({
  prompt: prompt({
    description: 'What the picture shows.',
    example: 'A beautiful landscape with mountains and a lake',
  }),
});

const dataUrlAnswer = z.object({
  success: z.literal(true),
  imageUrl: z.string().meta({ description: 'A data URL of a PNG.' }),
  filePath: z.string().meta({ description: 'Where the service keeps the file, under DATA_DIR.' }),
});

const dataUrlError = z.object({ success: z.literal(false), error: z.string() }).meta({ id: 'DataUrlError' });

/** `POST /api/generate-image`: the Hugging Face service of old, with a data URL and a saved file. */
export const dataUrl: Dialect = {
  name: 'data-url',
  routes: [
    {
      method: 'post',
      path: '/api/generate-image',
      documentation: {
        summary: 'Make a picture, answer it as a data URL, and keep a file',
        description: 'Hugging Face serves if it is enabled, else the configured order.',
        body: dataUrlBody,
        responses: {
          200: { description: 'A real picture of this request.', schema: dataUrlAnswer },
          202: { description: 'Still being made: ask the same again, or `status_url`.', schema: pendingAnswer },
          ...toErrorResponses(dataUrlError),
        },
      },
      decode: (input) => ({
        do: 'generate',
        answer: 'wait',
        bytes: true,
        saveFile: true,
        draft: {
          prompt: parseFields(dataUrlBody, input.body).prompt,
          count: 1,
          preferredEngine: 'huggingface',
          strict: false,
          safe: false,
          format: 'png',
          deliver: 'bytes',
          previews: 0,
        },
      }),
      encode: (outcome) =>
        outcome.pictures.length === 0
          ? encodePending(outcome)
          : { status: 200, body: { success: true, imageUrl: firstDataUrl(outcome), filePath: outcome.filePath } },
    },
  ],
  encodeError,
};

/** The service of old had these very words for a prompt that is missing or empty. */
function encodeError(error: AppError): Encoded {
  const isMissing = error.code === 'invalid_request' && /missing|empty/.test(error.publicMessage);
  const sentence = isMissing && error.details.field === 'prompt' ? 'Prompt is required' : error.publicMessage;
  return { status: error.status, body: { success: false, error: sentence } };
}
