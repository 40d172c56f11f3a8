import { readChunks } from './picture-text.js';

/** Reads from a picture's file how it was made, in the forms of several programs. Nothing leaves the browser. */

/** @typedef {{ writer: string, wishes: Record<string, unknown> }} Settings */

/** @param {File} file @returns {Promise<{ settings: Settings | undefined, isMachineMade: boolean }>} */
export async function readSettings(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  // Nothing can be read from a file with packed text that is broken.
  const texts = await readChunks(bytes).catch(() => new Map());
  const all = [...texts.values()].join('\n');
  const settings = READERS.map((read) => attempt(() => read(texts))).find((found) => found !== undefined);
  return { settings, isMachineMade: settings !== undefined || MARK.test(all) };
}

/** IPTC's digital source types of machines, in XMP or in Content Credentials. */
const MARK = /trainedAlgorithmicMedia|algorithmicMedia|compositeWithTrainedAlgorithmicMedia/;

/** @template Result @param {() => Result | undefined} read */
function attempt(read) {
  try {
    return read();
  } catch {
    // It only looked like that program's form.
    return undefined;
  }
}

/** @typedef {Map<string, string>} Texts */

/** @param {unknown} width @param {unknown} height */
function toSize(width, height) {
  const [w, h] = [Number(width), Number(height)];
  if (!(w > 0 && h > 0)) return {};
  const shape = w === h ? 'square' : w > h ? 'landscape' : 'portrait';
  return { width: w, height: h, shape };
}

/** @param {string} text JSON */
const parse = (text) => (/^\s*[{[]/.test(text) ? JSON.parse(text) : undefined);

/** @type {((texts: Texts) => Settings | undefined)[]} */
const READERS = [readSwarm, readParameters, readInvoke, readNovel, readComfy, readDrawThings, readFooocus];

/** @param {Texts} texts */
function readSwarm(texts) {
  const swarm = parse(texts.get('parameters') ?? texts.get('UserComment') ?? '')?.sui_image_params;
  if (swarm === undefined) return undefined;
  const wishes = { prompt: swarm.prompt, negative_prompt: swarm.negativeprompt, seed: swarm.seed };
  const rest = { steps: swarm.steps, guidance_scale: swarm.cfgscale, ...toSize(swarm.width, swarm.height) };
  return { writer: 'SwarmUI', wishes: { ...wishes, ...rest } };
}

/** AUTOMATIC1111's text, which Forge, SD.Next, Fooocus and Easel write too. @param {Texts} texts */
function readParameters(texts) {
  const text = texts.get('parameters') ?? texts.get('UserComment') ?? '';
  const line = text.trimEnd().split('\n').at(-1) ?? '';
  const pairs = Object.fromEntries(
    [...line.matchAll(/(?:^|, ?)([A-Z][\w \-/]{0,40}): ("(?:\\.|[^"\\])*"|[^,]*)/g)].map(([, name, value]) => [
      name,
      value,
    ]),
  );
  if (pairs.Seed === undefined) return undefined;
  const words = text.slice(0, text.lastIndexOf(line)).trimEnd();
  const [prompt = '', negative] = words.split(/^Negative prompt: /m);
  const [width, height] = (pairs.Size ?? '').split('x');
  const writer = toWriter(pairs.Version, texts.get('XML:com.adobe.xmp') ?? '');
  const wishes = {
    prompt: prompt.trim(),
    negative_prompt: negative?.trim(),
    seed: pairs.Seed,
    steps: pairs.Steps,
  };
  return { writer, wishes: { ...wishes, guidance_scale: pairs['CFG scale'], ...toSize(width, height) } };
}

/** Easel also writes IPTC's mark, which the others do not. @param {string | undefined} version @param {string} xmp */
function toWriter(version, xmp) {
  if (version === undefined) return xmp.includes('DigitalSourceType') ? 'Easel' : 'AUTOMATIC1111';
  if (/^f\d/.test(version)) return 'Forge';
  return version.includes('Fooocus') ? 'Fooocus' : 'AUTOMATIC1111';
}

/** @param {Texts} texts */
function readInvoke(texts) {
  const data = parse(texts.get('invokeai_metadata') ?? '');
  if (data === undefined) return undefined;
  const wishes = { prompt: data.positive_prompt, negative_prompt: data.negative_prompt, seed: data.seed };
  const rest = { steps: data.steps, guidance_scale: data.cfg_scale, ...toSize(data.width, data.height) };
  return { writer: 'InvokeAI', wishes: { ...wishes, ...rest } };
}

/** @param {Texts} texts */
function readNovel(texts) {
  const data = parse(texts.get('Comment') ?? '');
  if (data?.seed === undefined) return undefined;
  const prompt = data.prompt ?? texts.get('Description');
  const wishes = { prompt, negative_prompt: data.uc, seed: data.seed, steps: data.steps, guidance_scale: data.scale };
  return { writer: 'NovelAI', wishes: { ...wishes, ...toSize(data.width, data.height) } };
}

/** Follows the graph from its sampler to the texts that lead into it. @param {Texts} texts */
function readComfy(texts) {
  const graph = parse(texts.get('prompt') ?? '');
  if (graph === undefined) return undefined;
  /** @type {{ class_type: string, inputs: Record<string, any> }[]} */
  const nodes = Object.values(graph);
  const sampler =
    nodes.find(({ class_type: type }) => /^KSampler/.test(type)) ?? nodes.find(({ inputs }) => 'positive' in inputs);
  const inputs = sampler?.inputs ?? {};
  const follow = (/** @type {any} */ link, depth = 0) => {
    if (typeof link === 'string') return link;
    const node = Array.isArray(link) ? graph[link[0]] : undefined;
    if (node === undefined || depth > 8) return undefined;
    /** @type {string | undefined} */
    let text;
    for (const name of ['text', 'text_g', 'string', 'value', 'conditioning', 'positive'])
      text ??= node.inputs[name] === undefined ? undefined : follow(node.inputs[name], depth + 1);
    return text;
  };
  const anyText = nodes.find(({ class_type: type }) => type === 'CLIPTextEncode')?.inputs.text;
  const size = nodes.find(({ class_type: type }) => /^Empty.*Latent/.test(type))?.inputs ?? {};
  const seed =
    inputs.seed ?? inputs.noise_seed ?? nodes.find(({ inputs: own }) => 'noise_seed' in own)?.inputs.noise_seed;
  const prompt = follow(inputs.positive) ?? follow(anyText);
  if (prompt === undefined) return undefined;
  const wishes = { prompt, negative_prompt: follow(inputs.negative), seed, steps: inputs.steps };
  return {
    writer: 'ComfyUI',
    wishes: { ...wishes, guidance_scale: inputs.cfg, ...toSize(size.width, size.height) },
  };
}

/** The text of the first `rdf:li` after `exif:UserComment`, without an XML parser. @param {string} xmp */
function readUserComment(xmp) {
  const item = xmp.indexOf('<rdf:li', xmp.indexOf('<exif:UserComment>'));
  const start = xmp.indexOf('>', item) + 1;
  const end = xmp.indexOf('</rdf:li>', start);
  return xmp.includes('<exif:UserComment>') && item !== -1 && start > 0 && end !== -1 ? xmp.slice(start, end) : '';
}

/** @param {Texts} texts */
function readDrawThings(texts) {
  const xmp = texts.get('XML:com.adobe.xmp') ?? '';
  const comment = readUserComment(xmp);
  const data = parse(
    comment
      .replace(/&quot;/g, '"')
      .replace(/&#(?:10|xA);/g, '\n')
      .replace(/&apos;|&#39;/g, "'")
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&amp;/g, '&'),
  );
  if (data?.c === undefined) return undefined;
  const [width, height] = String(data.size ?? '').split('x');
  const wishes = { prompt: data.c, negative_prompt: data.uc, seed: data.seed, steps: data.steps };
  return { writer: 'Draw Things', wishes: { ...wishes, guidance_scale: data.scale, ...toSize(width, height) } };
}

/** Fooocus's own scheme; it can write AUTOMATIC1111's instead. @param {Texts} texts */
function readFooocus(texts) {
  const data = parse(texts.get('parameters') ?? texts.get('UserComment') ?? '');
  if (data?.prompt === undefined || data?.seed === undefined) return undefined;
  const [width, height] = String(data.resolution ?? '').match(/\d+/g) ?? [];
  const wishes = { prompt: data.prompt, negative_prompt: data.negative_prompt, seed: data.seed, steps: data.steps };
  return { writer: 'Fooocus', wishes: { ...wishes, guidance_scale: data.guidance_scale, ...toSize(width, height) } };
}
