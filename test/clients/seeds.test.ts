import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { type Services, startServices } from '../e2e/services.ts';
import { WEB_APP_BODY } from '../stand-ins/piclumen/web-app-body.ts';
import { describePicture, fetchPicture } from './describe-picture.ts';

/** Snippets from the earlier services’ documentation, with only the host changed. */

const run = promisify(execFile);

describe('the snippets of the earlier services', () => {
  let services: Services;
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'easel-snippets-'));
    services = await startServices();
  });
  after(async () => {
    await services.stop();
    await removeDirectory(directory);
  });

  /** Runs a shell command with only the host changed, and resolves with the JSON that it prints. */
  async function shell<T>(line: string): Promise<T> {
    const here = line.replace(/https?:\/\/(your-api\.onrender\.com|127\.0\.0\.1:8000|localhost:5000)/g, services.url);
    const { stdout } = await run('sh', ['-c', here], { maxBuffer: 20_000_000 });
    return JSON.parse(stdout) as T;
  }

  interface Generated {
    readonly success: boolean;
    readonly image_url: string;
    readonly prompt: string;
    readonly seed: number;
    readonly shape: string;
    readonly guidance_scale: number;
    readonly negative_prompt?: string;
  }

  test('curl, GET /generate', async () => {
    const basic = await shell<Generated>('curl "https://your-api.onrender.com/generate?prompt=cat+wearing+sunglasses"');
    assert.equal(basic.success, true);
    assert.equal(basic.prompt, 'cat wearing sunglasses');
    assert.deepEqual([basic.shape, basic.guidance_scale], ['square', 7]);
    assert.ok(basic.seed >= 0);
    assert.equal(await fetchPicture(basic.image_url), 'png 768x768');
  });

  test('curl, GET /generate with all parameters, and the same seed twice', async () => {
    const all = await shell<Generated>(
      'curl "https://your-api.onrender.com/generate?prompt=fantasy+castle&shape=landscape&guidance_scale=8&negative_prompt=blurry"',
    );
    assert.deepEqual([all.shape, all.guidance_scale, all.negative_prompt], ['landscape', 8, 'blurry']);
    const robot = 'curl "https://your-api.onrender.com/generate?prompt=robot&seed=12345"';
    const [first, second] = [await shell<Generated>(robot), await shell<Generated>(robot)];
    assert.deepEqual([first.seed, second.seed], [12345, 12345]);
    assert.equal(first.image_url, second.image_url);
  });

  test('curl, POST /image/generate', async () => {
    const answer = await shell<{
      message: string;
      image_data: string;
    }>(`curl -X POST "http://127.0.0.1:8000/image/generate" \\
-H "Content-Type: application/json" \\
-d '{
    "prompt": "A highly realistic and detailed teenage girl’s minimalist room with pastel colors",
    "seed": 42,
    "guidance_scale": 7.5
}'`);
    assert.equal(answer.message, 'Image generated successfully');
    assert.equal(await describePicture(answer.image_data), 'png 768x768');
  });

  test('curl, POST /generate', async () => {
    const answer = await shell<{ image: string }>(`curl -X POST http://localhost:5000/generate \\
  -H "Content-Type: application/json" \\
  -d '{
    "prompt": "A serene mountain landscape at sunset",
    "negative_prompt": "low quality, blurry",
    "num_inference_steps": 30,
    "guidance_scale": 8.0
  }'`);
    assert.deepEqual(Object.keys(answer), ['image']);
    assert.equal(await describePicture(answer.image), 'png 512x512');
  });

  test('curl, GET /health', async () => {
    const { status, model_loaded } = await shell<Record<string, unknown>>('curl http://localhost:5000/health');
    assert.deepEqual([status, typeof model_loaded], ['healthy', 'boolean']);
  });

  test('Python requests, POST /generate', async () => {
    const file = join(directory, 'generated_image.png');
    await run('python3', ['-c', toPython(services.url, file)]);
    assert.equal(await describePicture(await readFile(file)), 'png 512x512');
  });

  test('Piclumen: starts a picture, and asks until it is made', async () => {
    const post = (path: string, body?: object): Promise<Response> =>
      fetch(`${services.url}${path}`, {
        method: 'POST',
        ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
    const started = await post('/generate-image?authorization_token=my-secret-token', WEB_APP_BODY);
    const { mark_id, ...accepted } = (await started.json()) as { mark_id: string };
    assert.deepEqual(accepted, { statuscode: 200, message: 'Image creation initiated' });
    const query = new URLSearchParams({ authorization_token: 'my-secret-token', mark_id });
    const soon = await post(`/check-image?${query}`);
    const processing = (await soon.json()) as { statuscode: number; message: string };
    assert.deepEqual([soon.status, processing.statuscode], [202, 202]);
    assert.match(processing.message, /^Image still processing\. Current status: \w+$/);
    // A mark_id is a job's id, so the job's events can be awaited instead of polling.
    await (await fetch(`${services.url}/jobs/${mark_id}/events`)).text();
    const done = await post(`/check-image?${query}`);
    const { image_url, ...rest } = (await done.json()) as { image_url: string };
    assert.deepEqual(rest, { statuscode: 200, message: 'Image generation successful' });
    assert.equal(await fetchPicture(image_url), 'png 1344x768');
    const logs = [...services.gateway.logged, ...services.worker.logged].join('');
    assert.doesNotMatch(logs, /my-secret-token/);
  });

  test('Hugging Face: answers a data URL, and saves the same file', async () => {
    const response = await fetch(`${services.url}/api/generate-image`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ prompt: 'A beautiful landscape with mountains and a lake' }),
    });
    const data = (await response.json()) as { success: boolean; imageUrl: string; filePath: string };
    assert.equal(data.success, true);
    assert.match(data.filePath, /\/image_\d+_a_beautiful_landscape/);
    assert.ok(data.filePath.startsWith(services.dataDirectory));
    const saved = await readFile(data.filePath);
    assert.equal(data.imageUrl, `data:image/png;base64,${saved.toString('base64')}`);
    assert.equal(await describePicture(saved), 'png 768x768');
  });
});

/**
 * The snippet without Pillow, since this test itself decodes the bytes. Where `requests` is not installed, the standard
 * library sends the same request.
 */
const toPython = (url: string, file: string): string => `
import base64, json, types, urllib.request
try:
    import requests
except ImportError:
    def post(url, json):
        body = globals()['json'].dumps(json).encode()
        headers = {'Content-Type': 'application/json', 'Accept': '*/*', 'Accept-Encoding': 'gzip, deflate'}
        answer = urllib.request.urlopen(urllib.request.Request(url, body, headers))
        text = answer.read()
        return types.SimpleNamespace(status_code=answer.status, json=lambda: globals()['json'].loads(text))
    requests = types.SimpleNamespace(post=post)

# Generate image
response = requests.post('${url}/generate', json={
    'prompt': 'A futuristic city with flying cars',
    'num_inference_steps': 25
})

# Decode and save image
if response.status_code == 200:
    image_data = base64.b64decode(response.json()['image'])
    open('${file}', 'wb').write(image_data)
`;

import { removeDirectory } from '../support/remove-directory.ts';
