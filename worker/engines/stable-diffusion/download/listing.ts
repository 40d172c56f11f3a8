import { z } from 'zod';

/** What Hugging Face's hub answers about a repository: https://huggingface.co/docs/hub/api */

export interface ListedFile {
  /** `unet/model.onnx`. */
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. SHA-256 of the content for files in large file storage, else the hash of git's blob. */
  readonly hash: { readonly kind: 'sha256' | 'git-blob'; readonly value: string };
}

export interface ModelListing {
  readonly repository: string;
  /** All files are downloaded from this commit, so that they belong together. */
  readonly commit: string;
  /** As the repository names it. Undefined if it names none. */
  readonly licence: string | undefined;
  readonly licenceLink: string;
  /** The files that the engine reads, and the text of the licence. */
  readonly files: readonly ListedFile[];
}

interface ListOptions {
  /** Address of the hub, without a trailing slash. */
  readonly base: string;
  /** `owner/name` */
  readonly repository: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  readonly signal: AbortSignal;
}

const TIMEOUT_MS = 30_000;
/** A page lists a thousand files, and a model has fewer than fifty. */
const MAX_PAGES = 20;

const revisionSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  cardData: z
    .object({ license: z.union([z.string(), z.array(z.string())]).optional(), license_link: z.string().optional() })
    .nullish(),
});
const HEX = z.string().regex(/^[0-9a-f]{40,64}$/);
const treeSchema = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    size: z.number().min(0).optional(),
    oid: HEX,
    lfs: z.object({ oid: HEX, size: z.number().min(0) }).nullish(),
  }),
);

const WANTED =
  /^(LICENSE[\w.-]*|model_index\.json|(scheduler|tokenizer(_2)?|text_encoder(_2)?|unet|vae_decoder)\/\w[\w.-]*)$/;
/** Weights of other runtimes, and other forms of the same model. */
const UNWANTED = /\.(bin|safetensors|msgpack|h5|ckpt)$|\/(?!model\.onnx$)[^/]+\.onnx$/;

/** Throws an Error with a sentence for the operator. */
export async function listModel({ base, repository, revision, signal }: ListOptions): Promise<ModelListing> {
  const api = `${base}/api/models/${repository}`;
  const answer = await readJson(`${api}/revision/${encodeURIComponent(revision)}`, repository, signal);
  const { sha: commit, cardData } = parse(revisionSchema, answer.json, repository);
  const files: ListedFile[] = [];
  let page: string | undefined = `${api}/tree/${commit}?recursive=1`;
  for (let pages = 0; page !== undefined && pages < MAX_PAGES; pages += 1) {
    const { json, next } = await readJson(page, repository, signal);
    for (const { type, path, size = 0, oid, lfs } of parse(treeSchema, json, repository)) {
      if (type !== 'file' || !WANTED.test(path) || UNWANTED.test(path)) continue;
      files.push(
        lfs === null || lfs === undefined
          ? { path, bytes: size, hash: { kind: 'git-blob', value: oid } }
          : { path, bytes: lfs.size, hash: { kind: 'sha256', value: lfs.oid } },
      );
    }
    page = next;
  }
  if (!files.some(({ path }) => path === 'unet/model.onnx')) {
    throw new Error(`${repository} holds no unet/model.onnx: it is no ONNX export of Stable Diffusion.`);
  }
  const licence = [cardData?.license ?? []].flat().join(', ') || undefined;
  return { repository, commit, licence, licenceLink: cardData?.license_link ?? `${base}/${repository}`, files };
}

interface JsonPage {
  readonly json: unknown;
  readonly next: string | undefined;
}

async function readJson(url: string, repository: string, signal: AbortSignal): Promise<JsonPage> {
  const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) });
  const { status, headers } = response;
  if (status === 401 || status === 403 || status === 404) {
    throw new Error(`${repository}: there is no public repository or revision of that name (HTTP ${status}).`);
  }
  if (status !== 200) throw new Error(`${repository}: the hub answers HTTP ${status}.`);
  const next = /<([^<>]{1,2000})>; ?rel="next"/.exec(headers.get('link') ?? '')?.[1];
  const isOwn = next !== undefined && URL.canParse(next) && new URL(next).origin === new URL(url).origin;
  return { json: await response.json(), next: isOwn ? next : undefined };
}

function parse<Schema extends z.ZodType>(schema: Schema, json: unknown, repository: string): z.infer<Schema> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new Error(
    `${repository}: the hub's answer is not what it documents (${parsed.error.issues[0]?.path.join('.')}).`,
  );
}
