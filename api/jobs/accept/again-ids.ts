import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';
import { remember } from '../../../shared/remember.ts';

/**
 * Ids of remembered answers. Such an answer has no record of its own, and its id must not reveal the id of the job that the
 * picture was made for. So the id contains that job's key and the owner, sealed. The check also serves as nonce (as in
 * SIV mode, RFC 5297), so that the id is short and equal answers have equal ids.
 */

export interface Again {
  /** Key of the record that the picture was made for, in base64url. */
  readonly key: string;
  /** Whether the answer was given to this owner. */
  readonly isOf: (owner: string) => boolean;
}

export interface AgainIds {
  write(answer: { readonly key: string; readonly owner: string }): string;
  /** Undefined for an id that none of the secrets sealed. */
  read(id: string): Again | undefined;
}

const CHECK_BYTES = 8;
const KEY_BYTES = 12;
const OWNER_BYTES = 8;
const FORM = /^[\w-]{38}$/;
/** The latest ids are cached, because making one takes a tenth of the time of a remembered answer. */
const MAX_REMEMBERED = 1000;

/** The first secret seals, and all of them open. */
export function createAgainIds(secrets: readonly string[]): AgainIds {
  const codecs = secrets.map(createCodec);
  const [first] = codecs;
  if (first === undefined) throw new Error('at least one secret is needed');
  const { seal, toOwnerMark } = first;
  const written = new Map<string, string>();

  function write({ key, owner }: { readonly key: string; readonly owner: string }): string {
    const name = `${key} ${owner}`;
    const known = written.get(name);
    if (known !== undefined) return known;
    const id = seal(Buffer.concat([Buffer.from(key, 'base64url'), toOwnerMark(owner)]));
    remember(written, name, id, MAX_REMEMBERED);
    return id;
  }

  function read(id: string): Again | undefined {
    if (!FORM.test(id)) return undefined;
    const sealed = Buffer.from(id, 'base64url');
    for (const codec of codecs) {
      const opened = codec.open(sealed);
      if (opened === undefined) continue;
      const mark = opened.subarray(KEY_BYTES);
      const isOf = (owner: string): boolean => timingSafeEqual(mark, codec.toOwnerMark(owner));
      return { key: opened.subarray(0, KEY_BYTES).toString('base64url'), isOf };
    }
    return undefined;
  }

  return { write, read };
}

function createCodec(secret: string) {
  const derive = (purpose: string) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `easel again ${purpose}`, 32)));
  const [checkKey, sealKey, ownerKey] = [derive('check'), derive('seal'), derive('owner')];
  const toCheck = (contents: Buffer): Buffer =>
    createHmac('sha256', checkKey).update(contents).digest().subarray(0, CHECK_BYTES);
  const toNonce = (check: Buffer): Buffer => Buffer.concat([check, Buffer.alloc(CHECK_BYTES)]);

  return {
    toOwnerMark: (owner: string): Buffer =>
      createHmac('sha256', ownerKey).update(owner).digest().subarray(0, OWNER_BYTES),
    seal: (contents: Buffer): string => {
      const check = toCheck(contents);
      const cipher = createCipheriv('aes-256-ctr', sealKey, toNonce(check));
      return Buffer.concat([check, cipher.update(contents), cipher.final()]).toString('base64url');
    },
    open: (sealed: Buffer): Buffer | undefined => {
      const check = sealed.subarray(0, CHECK_BYTES);
      const decipher = createDecipheriv('aes-256-ctr', sealKey, toNonce(check));
      const contents = Buffer.concat([decipher.update(sealed.subarray(CHECK_BYTES)), decipher.final()]);
      return timingSafeEqual(check, toCheck(contents)) ? contents : undefined;
    },
  };
}
