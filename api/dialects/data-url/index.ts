import { z } from 'zod';
import { invalidRequest } from '../../../shared/errors.ts';
import type { Dialect, DialectInput } from '../dialect.ts';
import { engineName, isRecord, parseFields, prompt } from '../fields.ts';
import { pendingAnswer } from '../native.ts';
import { askForPng, encodePng, firstDataUrl } from '../png-answer.ts';

const dataUrlBody = z.object({
  prompt: prompt({
    description: 'What the picture shows.',
    example: 'A beautiful landscape with mountains and a lake',
  }),
  engine: engineName(),
});

const dataUrlAnswer = z.object({
  success: z.literal(true),
  imageUrl: z.string().meta({
    description: 'A data URL of a PNG.',
    examples: ['data:image/png;base64,iVBORw0KGgoAAAANSUhEUg=='],
  }),
  filePath: z.string().meta({
    description: 'Where the service keeps the file, under DATA_DIR.',
    examples: ['/data/saved/image_1795230388000_a_beautiful_landscape.png'],
  }),
});

const dataUrlError = z.object({ success: z.literal(false), error: z.string() }).meta({ id: 'DataUrlError' });

/** `POST /api/generate-image`, as the earlier Hugging Face service took it: a data URL and a saved file. */
export const dataUrl: Dialect = {
  name: 'data-url',
  description: 'For clients of the earlier Hugging Face service: a data URL, and a file kept by the service.',
  prefixes: ['/api/generate-image'],
  routes: [
    {
      method: 'post',
      path: '/api/generate-image',
      isCounted: true,
      documentation: {
        summary: 'Make a picture, answer it as a data URL, and keep a file',
        description: 'Hugging Face serves if it is enabled, else the configured order.',
        body: dataUrlBody,
        bodyExample: { prompt: 'A beautiful landscape with mountains and a lake' },
        responses: {
          200: { description: 'A real picture of this request.', schema: dataUrlAnswer },
          202: {
            description: 'Still being made. Send the same request again, or ask `status_url`.',
            schema: pendingAnswer,
          },
        },
      },
      decode: (input) => askForPng({ ...readBody(input), preferredEngine: 'huggingface' }, { saveFile: true }),
      encode: encodePng((outcome) => ({
        success: true,
        imageUrl: firstDataUrl(outcome),
        filePath: outcome.filePath,
      })),
    },
  ],
  errorSchema: dataUrlError,
  encodeError: (error) => ({ status: error.status, body: { success: false, error: error.publicMessage } }),
};

/** The earlier service answered with exactly these words if the prompt was no text. */
function readBody({ body }: DialectInput): z.output<typeof dataUrlBody> {
  const given = isRecord(body) ? body.prompt : undefined;
  const isMissing = typeof given === 'string' ? given.trim() === '' : !given;
  if (isMissing) throw invalidRequest([{ field: 'prompt', message: 'Prompt is required' }]);
  return parseFields(dataUrlBody, body);
}
