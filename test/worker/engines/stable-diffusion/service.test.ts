import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { type Services, startServices, WORKER_TOKEN } from '../../../e2e/services.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';
import { createTinyEngine, writeTinySet } from './setup.ts';
import { needing, RUNTIME } from './with-runtime.ts';

/** Gateway, worker and the engine's process together, called as clients of the earlier server call it. */

const BODY = {
  prompt: 'A serene mountain landscape',
  negative_prompt: 'low quality',
  num_inference_steps: 5,
  guidance_scale: 8,
  width: 512,
  height: 512,
  seed: 42,
};

needing([RUNTIME], 'the whole service with stable-diffusion', () => {
  describe('the whole service with stable-diffusion', () => {
    let directory = '';
    let services: Services;

    before(async () => {
      directory = await writeTinySet({ scale: 'tiny' });
      services = await startServices({ workerEnv: { ENGINES: 'stable-diffusion', SD_MODEL_DIR: directory } });
    });
    after(async () => {
      await services?.stop();
      await removeDirectory(directory);
    });

    const post = (path: string, body: object, signal?: AbortSignal): Promise<Response> =>
      fetch(`${services.url}${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        signal: signal ?? null,
      });

    const isWorkerIdle = async (): Promise<boolean> => {
      const response = await fetch(`${services.workerUrl}/status`, {
        headers: { Authorization: `Bearer ${WORKER_TOKEN}` },
      });
      return ((await response.json()) as { running: number }).running === 0;
    };

    test("POST /generate of the seed, 512x512: the engine's own picture", async (context) => {
      const response = await post('/generate', BODY);
      assert.equal(response.status, 200, await response.clone().text());
      const { image } = (await response.json()) as { image: string };
      const picture = sharp(Buffer.from(image, 'base64'));
      const { width, height, format } = await picture.metadata();
      assert.deepEqual([width, height, format], [512, 512, 'png']);

      const tiny = await createTinyEngine({ set: { scale: 'tiny' } });
      context.after(tiny.close);
      const { images } = await tiny.paint({
        prompt: BODY.prompt,
        negativePrompt: BODY.negative_prompt,
        steps: BODY.num_inference_steps,
        guidanceScale: BODY.guidance_scale,
        width: 512,
        height: 512,
        seed: 42,
      });
      assert.ok((await picture.raw().toBuffer()).equals(await sharp(images[0]?.bytes).raw().toBuffer()));
    });

    test('a size that the export cannot do becomes the nearest, with a warning', async () => {
      const wide = await post('/jobs', { prompt: 'x', width: 200, height: 136, steps: 2, seed: 1 });
      assert.equal(wide.status, 202);
      const { job_id: id } = (await wide.json()) as { job_id: string };
      const done = await pollJob(services.url, id);
      assert.equal(done.status, 'done', JSON.stringify(done));
      assert.match(JSON.stringify(done), /200x136 became 208x144/);
    });

    test("progress of the steps reaches AUTOMATIC1111's clients, while gateway and worker answer at once", async () => {
      const painting = post('/sdapi/v1/txt2img', { prompt: 'fox', seed: 7, steps: 30, width: 512, height: 512 });
      const seen = new Set<number>();
      const delays: number[] = [];
      let isDone = false;
      const finished = painting.then((response) => {
        isDone = true;
        return response;
      });
      while (!isDone) {
        const startedAt = performance.now();
        await fetch(`${services.workerUrl}/health`).then((response) => response.arrayBuffer());
        delays.push(performance.now() - startedAt);
        const response = await fetch(`${services.url}/sdapi/v1/progress?skip_current_image=true`);
        seen.add(((await response.json()) as { progress: number }).progress);
      }
      const response = await finished;
      assert.equal(response.status, 200, await response.clone().text());
      const { images } = (await response.json()) as { images: string[] };
      assert.equal(images.length, 1);
      assert.ok(seen.size >= 5, `progress ${[...seen].join(', ')}`);
      const medianMs = delays.toSorted((a, b) => a - b).at(Math.floor(delays.length / 2)) ?? 0;
      assert.ok(medianMs < 100, `half of the answers took over ${medianMs} ms`);
    });

    test('a client that leaves ends the work', async () => {
      const leaving = new AbortController();
      const asked = post('/generate', { ...BODY, num_inference_steps: 150, seed: 9 }, leaving.signal).catch(
        () => undefined,
      );
      while (await isWorkerIdle()) await new Promise((resolve) => setImmediate(resolve));
      leaving.abort();
      await asked;
      while (!(await isWorkerIdle())) await new Promise((resolve) => setImmediate(resolve));
      const next = await post('/generate', { ...BODY, num_inference_steps: 1, width: 64, height: 64, seed: 10 });
      assert.equal(next.status, 200);
    });
  });
});

async function pollJob(url: string, id: string): Promise<{ status: string }> {
  for (;;) {
    const job = (await (await fetch(`${url}/jobs/${id}`)).json()) as { status: string };
    if (['done', 'failed', 'cancelled'].includes(job.status)) return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
