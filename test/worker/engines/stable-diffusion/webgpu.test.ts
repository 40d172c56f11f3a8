import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import type { EngineOutput } from '../../../../worker/engines/engine.ts';
import type { ModelSetOptions } from '../../../fixtures/onnx/model-set.ts';
import { createTinyEngine } from './setup.ts';
import { type Need, needing, RUNTIME } from './with-runtime.ts';

/** Runs the code for graphics cards on Chromium's software Vulkan, which is slow and has no float16, but needs no card. */

const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';

const VULKAN: Need = {
  isMet: existsSync(DRIVER) && hasVulkanLoader(),
  missing:
    "there is no software Vulkan: install Debian's packages chromium (or chromium-headless-shell) and libvulkan1",
};

function hasVulkanLoader(): boolean {
  return globSync('/{lib,usr/lib,lib64,usr/lib64}{,/*-linux-gnu}/libvulkan.so.1').length > 0;
}

needing([RUNTIME, VULKAN], 'WebGPU', () => {
  describe('on WebGPU', () => {
    const earlier = process.env.VK_DRIVER_FILES;
    before(() => {
      process.env.VK_DRIVER_FILES = DRIVER;
    });
    after(() => {
      if (earlier === undefined) delete process.env.VK_DRIVER_FILES;
      else process.env.VK_DRIVER_FILES = earlier;
    });

    async function paintOn(devices: readonly string[], set: ModelSetOptions): Promise<EngineOutput & { log: string }> {
      const tiny = await createTinyEngine({ set, config: { devices } });
      try {
        return { ...(await tiny.paint()), log: tiny.lines.join('') };
      } finally {
        await tiny.close();
      }
    }

    for (const family of ['sd1', 'sdxl'] as const) {
      test(`${family} makes the same picture as on the CPU`, async () => {
        const webgpu = await paintOn(['webgpu'], { family });
        const cpu = await paintOn(['cpu'], { family });
        assert.match(webgpu.log, /"device":"webgpu".*the model is loaded/);
        const [mine, wanted] = await Promise.all(
          [webgpu, cpu].map(({ images }) => sharp(images[0]?.bytes).raw().toBuffer()),
        );
        for (const [index, byte] of mine?.entries() ?? []) {
          assert.ok(Math.abs(byte - (wanted?.[index] ?? 0)) <= 2, `byte ${index}: ${byte}, wanted ${wanted?.[index]}`);
        }
      });
    }

    test('models of float16, which software Vulkan lacks, run on the CPU, with the reason in the log', async () => {
      const { images, log } = await paintOn(['webgpu', 'cpu'], { precision: 'float16' });
      assert.equal(images.length, 1);
      assert.match(log, /"device":"cpu","reasons":"webgpu: [^"]*f16/);
    });
  });

  describe('without any graphics card', () => {
    test('the CPU is used, with the reason in the log', async () => {
      process.env.VK_DRIVER_FILES = '/dev/null';
      const tiny = await createTinyEngine({ config: { devices: ['webgpu', 'cpu'] } });
      try {
        assert.equal((await tiny.paint()).images.length, 1);
        assert.match(tiny.lines.join(''), /"device":"cpu","reasons":"webgpu: [^"]+"/);
      } finally {
        delete process.env.VK_DRIVER_FILES;
        await tiny.close();
      }
    });
  });
});
