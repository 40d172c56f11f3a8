import type { AppError } from '../../../shared/errors.ts';
import type { Dialect, Encoded } from '../dialect.ts';
import { toPictureRefusal } from '../sources.ts';
import { current } from './current.ts';
import { lists, nothings } from './lists.ts';
import { setOptions } from './options.ts';
import { pngInfo } from './png-info.ts';
import { automatic1111Error } from './schema.ts';
import { txt2img } from './txt2img.ts';

const refusals = Object.entries({
  img2img: 'init_images',
  'extra-single-image': 'image',
  'extra-batch-images': 'imageList',
}).map(([name, field]) => toPictureRefusal(`/sdapi/v1/${name}`, field));

/** AUTOMATIC1111's API, so that Open WebUI, SillyTavern and LibreChat work unchanged. */
export const automatic1111: Dialect = {
  name: 'automatic1111',
  description: 'AUTOMATIC1111’s web UI, for Open WebUI, SillyTavern and LibreChat. The engines are the models.',
  prefixes: ['/sdapi'],
  routes: [txt2img, ...lists, setOptions, ...current, ...nothings, pngInfo, ...refusals],
  errorSchema: automatic1111Error,
  encodeError,
};

/** FastAPI's shape, which AUTOMATIC1111 shares: `detail` is a sentence, or for validation (422) a list. */
function encodeError({ code, status, publicMessage, details }: AppError): Encoded {
  if (code === 'unauthorized') {
    const detail = 'Incorrect username or password';
    return { status, headers: { 'WWW-Authenticate': 'Basic' }, body: { detail } };
  }
  if (code !== 'invalid_request' || details.faults === undefined) return { status, body: { detail: publicMessage } };
  const detail = details.faults.map(({ field, message }) => ({
    loc: ['body', field],
    msg: message,
    type: 'value_error',
  }));
  return { status: 422, body: { detail } };
}
