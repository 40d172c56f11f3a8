import { bfl } from '../../../../worker/engines/bfl/index.ts';
import { serviceContract } from '../../../contracts/service.ts';
import { bflShape } from '../../../stand-ins/services/bfl.ts';

const RESULT = /^\/v1\/get_result$/;

serviceContract({
  name: 'bfl',
  plugin: bfl,
  probe: { path: /^\/v1\/credits$/, body: { credits: 12.5 } },
  ...bflShape,
  submission: /^\/v1\/flux-2-klein-4b$/,
  namesAddresses: true,
  refusals: {
    'a moderated request': { path: RESULT, body: { status: 'Request Moderated' } },
    'a moderated picture': { path: RESULT, body: { status: 'Content Moderated' } },
  },
  failures: {
    'an error': { path: RESULT, body: { status: 'Error' } },
    'a lost task': { path: RESULT, body: { status: 'Task not found' } },
    'Ready without a picture': { path: RESULT, body: { status: 'Ready', result: null } },
  },
});
