import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startGateway, type TestGateway } from '../gateway.ts';

/** Values that clients of other services send although they are undocumented, or not supported here. */

type Values = Readonly<Record<string, unknown>>;
type Ask = (values: Values) => { readonly path: string; readonly body?: unknown };

const prompt = 'a red fox';
const ASK: Readonly<Record<string, Ask>> = {
  pollinations: (values) => ({ path: `/prompt/fox?${new URLSearchParams(values as Record<string, string>)}` }),
  openai: (values) => ({ path: '/v1/images/generations', body: { prompt, model: 'gpt-image-2', ...values } }),
  automatic1111: (values) => ({ path: '/sdapi/v1/txt2img', body: { prompt, ...values } }),
  piclumen: ({ width, height, ...values }) => ({
    path: '/generate-image',
    body: { prompt, ...values, resolution: { width, height } },
  }),
};

describe('parameters of other services’ clients', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startGateway();
  });
  after(() => gateway.stop());

  async function ask(dialect: string, values: Values) {
    const { path, body } = ASK[dialect]?.(values) ?? { path: '' };
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    gateway.jobs.submissions.length = 0;
    const response = await fetch(gateway.url + path, body === undefined ? {} : init);
    const text = await response.text();
    const warnings = response.headers.get('x-warnings') ?? '';
    return { status: response.status, text, warnings, draft: gateway.jobs.submissions[0]?.draft };
  }

  const DRAWN = { pollinations: 0, openai: undefined, automatic1111: undefined, piclumen: 9896923949 % 2 ** 32 };

  for (const [dialect, fallback] of Object.entries(DRAWN)) {
    test(`${dialect}: a seed beyond 32 bits is taken modulo 2^32, and the answer says so`, async () => {
      for (const [given, taken] of [
        [-5, 2 ** 32 - 5],
        ['18446744073709551621', 5],
        ['9007199254740993', 1],
        ['-4294967297', 2 ** 32 - 1],
      ] as const) {
        const { status, draft, warnings } = await ask(dialect, { seed: given });
        assert.deepEqual([status, draft?.seed], [200, taken], String(given));
        assert.ok(warnings.includes(`\`seed\` "${given}" became ${taken}: seeds are taken modulo 2^32.`), warnings);
      }
    });

    test(`${dialect}: an invalid seed is ignored, and the answer says so`, async () => {
      for (const given of ['undefined', 'NaN', 'null', 'abc', '1e999', '0x10', '9'.repeat(300)]) {
        const { status, draft, warnings } = await ask(dialect, { seed: given });
        assert.deepEqual([status, draft?.seed], [200, fallback], given);
        assert.match(warnings, /`seed` was taken as not given/);
      }
      const random = await ask(dialect, { seed: 'random' });
      assert.deepEqual([random.status, random.draft?.seed, random.warnings], [200, undefined, '']);
      const usual = await ask(dialect, { seed: 4_294_967_295 });
      assert.deepEqual([usual.status, usual.draft?.seed, usual.warnings], [200, 4_294_967_295, '']);
    });

    test(`${dialect}: a side of 0 or less is ignored, and one that is too long is scaled together with the other`, async () => {
      for (const side of [0, -1, 'undefined']) {
        const { status, draft, warnings } = await ask(dialect, { width: side, height: 640 });
        assert.equal(status, 200);
        assert.equal(draft?.height, 640);
        assert.match(warnings, /`width` was taken as not given/);
      }
      const long = await ask(dialect, { width: 8192, height: 4096 });
      assert.deepEqual([long.draft?.width, long.draft?.height], [4096, 2048]);
      assert.match(long.warnings, /8192x4096 became 4096x2048/);
    });
  }

  test('a long seed in JSON keeps all its digits', async () => {
    const post = (path: string, body: string) =>
      fetch(gateway.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    gateway.jobs.submissions.length = 0;
    const foreign = await post('/sdapi/v1/txt2img', '{"prompt":"fox","seed":18446744073709551621}');
    assert.match(foreign.headers.get('x-warnings') ?? '', /"18446744073709551621" became 5/);
    assert.equal(gateway.jobs.submissions[0]?.draft.seed, 5);
    const native = await post('/jobs', '{"prompt":"fox","seed":18446744073709551621}');
    assert.equal(native.status, 400);
    assert.match(((await native.json()) as { error: string }).error, /not "18446744073709551621"/);
  });

  test('piclumen: its own long seed reaches the engine unchanged', async () => {
    const { draft, warnings } = await ask('piclumen', { seed: 99_999_999_999 });
    assert.match(JSON.stringify(draft?.engineOptions), /"seed":99999999999\b/);
    assert.equal(warnings, '');
  });

  test('numbers out of range become the nearest number in range', async () => {
    const { draft, warnings } = await ask('automatic1111', { steps: 500, cfg_scale: 99, batch_size: 0 });
    assert.deepEqual([draft?.steps, draft?.guidanceScale, draft?.count], [150, 30, 1]);
    assert.match(
      warnings,
      /`steps` "500" became 150.*`cfg_scale` "99" became 30.*`batch_size` was taken as not given/s,
    );
  });

  test('the native dialect stays strict, and an error shows the seed as it came', async () => {
    for (const seed of ['4294967296', '-2', 'random', 'undefined', '9007199254740993']) {
      const response = await fetch(`${gateway.url}/generate?prompt=fox&seed=${seed}`);
      assert.equal(response.status, 400);
      assert.ok(((await response.json()) as { error: string }).error.includes(seed), seed);
    }
  });

  const WITHOUT_EFFECT: ReadonlyArray<readonly [dialect: string, values: Values, fields: readonly string[]]> = [
    ['pollinations', { transparent: 'true', enhance: '1', quality: 'hd' }, ['transparent', 'enhance', 'quality']],
    [
      'openai',
      { background: 'transparent', style: 'natural', quality: 'high', aspect_ratio: '16:9' },
      ['background', 'style', 'quality', 'aspect_ratio'],
    ],
    [
      'automatic1111',
      {
        enable_hr: true,
        styles: ['film'],
        tiling: true,
        restore_faces: true,
        refiner_checkpoint: 'x',
        script_name: 'y',
        alwayson_scripts: { ADetailer: { args: [true, { ad_model: 'face' }] }, controlnet: { args: [] } },
        override_settings: { CLIP_stop_at_last_layers: 2, sd_vae: 'x.pt' },
      },
      [
        'enable_hr',
        'styles',
        'tiling',
        'restore_faces',
        'refiner_checkpoint',
        'script_name',
        'alwayson_scripts.ADetailer',
        'CLIP_stop_at_last_layers',
        'sd_vae',
      ],
    ],
  ];
  for (const [dialect, values, fields] of WITHOUT_EFFECT) {
    test(`${dialect}: parameters without effect are named in a warning`, async () => {
      const { status, warnings } = await ask(dialect, values);
      assert.equal(status, 200);
      for (const name of fields) assert.ok(warnings.includes(`\`${name}\``), `${name} in ${warnings}`);
      assert.doesNotMatch(warnings, /controlnet/);
    });
  }

  test('values that change nothing get no warning', async () => {
    const quiet: ReadonlyArray<readonly [string, Values]> = [
      ['pollinations', { nologo: 'true', private: 'true', enhance: 'false', quality: 'medium', image: '' }],
      [
        'openai',
        { background: 'opaque', style: 'vivid', quality: 'auto', moderation: 'auto', image: null, user: 'me' },
      ],
      [
        'automatic1111',
        {
          enable_hr: false,
          hr_scale: 2,
          styles: [],
          tiling: null,
          refiner_checkpoint: 'None',
          script_name: null,
          script_args: [],
          subseed: -1,
          subseed_strength: 0,
          alwayson_scripts: { controlnet: { args: [{ enabled: false, image: 'iVBORw0' }] } },
          override_settings: { CLIP_stop_at_last_layers: 1, sd_vae: 'Automatic' },
        },
      ],
    ];
    for (const [dialect, values] of quiet) {
      const { status, warnings } = await ask(dialect, values);
      assert.deepEqual([status, warnings], [200, ''], dialect);
    }
  });

  test('a source picture is an error, since no picture can be made from it', async () => {
    const unit = { enabled: true, image: 'iVBORw0KGgo=', model: 'canny' };
    const sources: ReadonlyArray<readonly [dialect: string, values: Values, field: string]> = [
      ['pollinations', { image: 'https://example.com/a.png' }, 'image'],
      ['openai', { image: 'data:image/png;base64,iVBORw0KGgo=' }, 'image'],
      ['openai', { image_url: 'https://example.com/a.png' }, 'image_url'],
      ['automatic1111', { init_images: ['iVBORw0KGgo='] }, 'init_images'],
      ['automatic1111', { alwayson_scripts: { controlnet: { args: [unit] } } }, 'alwayson_scripts.controlnet'],
    ];
    for (const [dialect, values, field] of sources) {
      const { status, text, draft } = await ask(dialect, values);
      assert.equal(status, dialect === 'automatic1111' ? 422 : 400);
      assert.ok(text.includes('No enabled engine can work from a picture'), text);
      assert.ok(text.includes(field), text);
      assert.equal(draft, undefined);
    }
  });

  test('piclumen: reference pictures are only sent to Piclumen', async () => {
    const style_list = [{ img_url: 'https://example.com/a.png', style: 'characterRefer', weight: 1 }];
    const { draft } = await ask('piclumen', { multi_img2img_info: { style_list } });
    assert.equal(draft?.engine, 'piclumen');
  });

  test('the operator chooses what a file says about how it was made, and in the native dialect the caller does', async () => {
    const discreet = await startGateway({ metadata: 'none' });
    const submit = async (path: string) => {
      discreet.jobs.submissions.length = 0;
      await fetch(discreet.url + path);
      return discreet.jobs.submissions[0]?.draft.metadata;
    };
    const fields = [
      await submit('/prompt/fox'),
      await submit('/generate?prompt=fox'),
      await submit('/generate?prompt=fox&metadata=settings'),
      await submit('/generate?prompt=fox&metadata=full'),
    ];
    await discreet.stop();
    // `full` is the default, so that requests with and without it are equal.
    assert.deepEqual(fields, ['none', 'none', 'settings', undefined]);
    assert.equal((await fetch(`${gateway.url}/generate?prompt=fox&metadata=some`)).status, 400);
  });

  test('GET /generate takes both sides instead of a shape', async () => {
    const ask = async (query: string) => (await fetch(`${gateway.url}/generate?prompt=fox&${query}`)).json();
    const { width, height, shape } = (await ask('width=320&height=640&shape=landscape')) as Record<string, unknown>;
    assert.deepEqual([width, height, shape], [320, 640, 'portrait']);
    assert.equal(((await ask('width=320')) as { field: string }).field, 'height');
    assert.equal(((await ask('width=0&height=64')) as { field: string }).field, 'width');
  });

  test('openai: a client that repeats by itself waits for the budget, any other until the end', async () => {
    const { wait } = gateway.jobs;
    const budgets: number[] = [];
    gateway.jobs.wait = (id, options) => {
      budgets.push(options.budgetMs);
      return wait(id, options);
    };
    const body = JSON.stringify({ prompt, model: 'gpt-image-2' });
    for (const header of [{ 'x-stainless-retry-count': '0' }, { 'user-agent': 'n8n' }] as Record<string, string>[]) {
      const headers = { 'content-type': 'application/json', ...header };
      await (await fetch(`${gateway.url}/v1/images/generations`, { method: 'POST', headers, body })).arrayBuffer();
    }
    gateway.jobs.wait = wait;
    assert.equal(budgets[0], 1000);
    assert.ok((budgets[1] ?? 0) > 600_000, 'longer than the deadline of any job');
  });

  test('every dialect with a body takes `engine`', async () => {
    for (const path of [
      '/generate',
      '/image/generate',
      '/generate-image',
      '/api/generate-image',
      '/sdapi/v1/txt2img',
    ]) {
      gateway.jobs.submissions.length = 0;
      const body = JSON.stringify({ prompt, engine: 'sketch' });
      await fetch(gateway.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      assert.equal(gateway.jobs.submissions[0]?.draft.engine, 'sketch', path);
    }
  });

  test('calls that work from a picture are refused in their dialect’s shape with any body', async () => {
    const form = new FormData();
    form.set('image', new Blob([Buffer.alloc(2_000_000)]), 'a.png');
    form.set('prompt', prompt);
    for (const path of ['/v1/images/edits', '/v1/images/variations']) {
      const response = await fetch(gateway.url + path, { method: 'POST', body: form });
      assert.equal(response.status, 400);
      const { error } = (await response.json()) as { error: { message: string; param: string; type: string } };
      assert.match(error.message, /^No enabled engine can work from a picture/);
      assert.deepEqual([error.param, error.type], ['image', 'invalid_request_error']);
    }
    for (const name of ['img2img', 'extra-single-image', 'extra-batch-images']) {
      const body = JSON.stringify({ init_images: ['x'.repeat(1_000_000)] });
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${gateway.url}/sdapi/v1/${name}`, { method: 'POST', headers, body });
      assert.equal(response.status, 422);
      assert.match(JSON.stringify(await response.json()), /^{"detail":\[{.*No enabled engine can work from a picture/);
    }
  });
});
