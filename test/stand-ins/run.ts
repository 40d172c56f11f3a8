import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createImgurStandIn } from './imgur/imgur-stand-in.ts';
import { modes as imgurModes } from './imgur/modes.ts';
import { modes as perchanceModes } from './perchance/modes.ts';
import { createPerchanceStandIn } from './perchance/perchance-stand-in.ts';

// Starts both stand-ins and prints the settings with which the real services use them:
//   node test/stand-ins/run.ts [--perchance <mode>] [--imgur <mode>]
const { values } = parseArgs({
  options: { perchance: { type: 'string', default: 'ok' }, imgur: { type: 'string', default: 'ok' } },
});

function toMode<Modes extends object>(modes: Modes, name: string): keyof Modes {
  const isMode = (candidate: PropertyKey): candidate is keyof Modes => Object.hasOwn(modes, candidate);
  if (isMode(name)) return name;
  throw new Error(`no mode "${name}"; there are: ${Object.keys(modes).join(', ')}`);
}

const perchance = await createPerchanceStandIn({ mode: toMode(perchanceModes, values.perchance) });
const imgur = await createImgurStandIn({ mode: toMode(imgurModes, values.imgur) });
process.stdout.write(`PERCHANCE_URL=${perchance.url}
PERCHANCE_EMBED_URL=${perchance.embedUrl}
PERCHANCE_PAGE_URL=${perchance.imagePageUrl}
IMGUR_API_URL=${imgur.apiUrl}
IMGUR_CLIENT_ID=${imgur.clientId}
`);

await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
await Promise.all([perchance.stop(), imgur.stop()]);
