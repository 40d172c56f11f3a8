import { z } from 'zod';
import { setting } from '../../../shared/service/config.ts';

/** Where an app is: the name of a Space at the hub, or any address. */
export interface SpaceAddress {
  /** As the operator wrote it. */
  readonly label: string;
  /** `owner/name` at the hub; undefined for an address. */
  readonly id?: string | undefined;
  readonly url?: string | undefined;
  /** The endpoint that the operator named after a `#`. */
  readonly endpoint?: string | undefined;
}

const ID = /^[\w.-]{1,96}\/[\w.-]{1,96}$/;

function toSpaceAddress(label: string): SpaceAddress | undefined {
  const [place = '', endpoint] = label.split('#');
  if (ID.test(place)) return { label, id: place, endpoint };
  if (!/^https?:\/\//.test(place) || !URL.canParse(place)) return undefined;
  return { label, url: place.replace(/\/$/, ''), endpoint };
}

/** Spaces change often, so there are several. The first that works is used. */
const DEFAULT_SPACES = ['black-forest-labs/FLUX.1-schnell', 'mrfakename/Z-Image-Turbo', 'Qwen/Qwen-Image-Fast'];
const FORMAT = '`owner/name` or an address, each with `#endpoint` where needed, separated by commas';

export const spacesSetting = setting(
  z
    .string()
    .default(DEFAULT_SPACES.join(','))
    .transform((value, context) => {
      const labels = value.split(',').map((label) => label.trim());
      const addresses = labels.filter((label) => label !== '').map(toSpaceAddress);
      if (addresses.length > 0 && !addresses.includes(undefined))
        return addresses.filter((address) => address !== undefined);
      context.addIssue({ code: 'custom', message: 'no list of Spaces' });
      return z.NEVER;
    }),
  {
    description: 'Hugging Face Spaces and Gradio apps of the engine gradio, in order',
    format: FORMAT,
    fallback: DEFAULT_SPACES.join(','),
  },
);

const namesSchema = z.record(z.string(), z.string());

export const parametersSetting = setting(
  z
    .string()
    .optional()
    .transform((value, context) => {
      if (value === undefined) return {};
      try {
        return namesSchema.parse(JSON.parse(value));
      } catch {
        context.addIssue({ code: 'custom', message: 'no JSON object of names' });
        return z.NEVER;
      }
    }),
  {
    description: "The Spaces' own names for our fields, where they cannot be guessed",
    format:
      'JSON such as {"prompt":"my_text"}, for prompt, negativePrompt, seed, width, height, steps, guidanceScale, aspect',
  },
);

/** The address of a Space (huggingface.co/docs/hub/spaces-api-endpoints). Used if the hub does not name its host. */
export const toSpaceUrl = (id: string): string => `https://${id.toLowerCase().replace(/[/_.]/g, '-')}.hf.space`;
