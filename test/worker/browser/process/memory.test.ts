import assert from 'node:assert/strict';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createMemoryMeter, measureGroups } from '../../../../worker/browser/process/memory.ts';
import { removeDirectory } from '../../../support/remove-directory.ts';

const MB = 1024 * 1024;

describe('the memory of the worker', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'easel-test-'));
  });
  afterEach(() => removeDirectory(root));

  async function measure(files: Readonly<Record<string, string>>) {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    return createMemoryMeter({ proc: join(root, 'proc'), cgroup: join(root, 'cgroup'), pid: 10 })();
  }

  const processes = {
    'proc/10/stat': '10 (node) S 1 10 10 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 500 0',
    'proc/10/smaps_rollup': 'Rss: 99999 kB\nPss:  122880 kB\nPss_Anon: 1 kB\nPss_File:  20480 kB\n',
    'proc/11/stat': '11 (a (strange) name) S 10 11 11 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 501 0',
    'proc/11/smaps_rollup': 'Pss: 51200 kB\n',
    'proc/12/stat': '12 (renderer) R 11 11 11 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 502 0',
    'proc/12/smaps_rollup': 'Pss: 10240 kB\n',
    'proc/13/stat': '13 (zombie) Z 11 11 11 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 503 0',
    'proc/20/stat': '20 (stranger) S 1 20 20 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 504 0',
    'proc/20/smaps_rollup': 'Pss: 999999 kB\n',
  };

  test('is that of a cgroup (version 2) with a limit, without cached files that the kernel can drop', async () => {
    const memory = await measure({
      'proc/self/cgroup': '0::/\n',
      'cgroup/memory.max': `${512 * MB}\n`,
      'cgroup/memory.current': `${300 * MB}\n`,
      'cgroup/memory.stat': `anon 5\ninactive_file ${40 * MB}\nactive_file ${90 * MB}\nshmem ${MB}\nslab_reclaimable ${10 * MB}\n`,
    });
    assert.deepEqual(memory, { usedMb: 160, limitMb: 512 });
  });

  test('is that of the parent cgroup with the lowest limit', async () => {
    const memory = await measure({
      'proc/self/cgroup': '0::/pod/worker\n',
      'cgroup/pod/worker/memory.max': 'max\n',
      'cgroup/pod/memory.max': `${1024 * MB}`,
      'cgroup/pod/memory.current': `${100 * MB}`,
    });
    assert.deepEqual(memory, { usedMb: 100, limitMb: 1024 });
  });

  test('is that of a cgroup of version 1, also when the path is that of the host', async () => {
    const memory = await measure({
      'proc/self/cgroup': '9:name=systemd:/\n4:memory:/docker/4f2a\n0::/\n',
      'cgroup/memory/memory.limit_in_bytes': `${512 * MB}`,
      'cgroup/memory/memory.usage_in_bytes': `${200 * MB}`,
      'cgroup/memory/memory.stat': `inactive_file 1\ntotal_inactive_file ${50 * MB}\ntotal_active_file ${30 * MB}\n`,
    });
    assert.deepEqual(memory, { usedMb: 120, limitMb: 512 });
  });

  test('is the sum of the process tree without files when there is no limit', async () => {
    const memory = await measure({
      ...processes,
      'proc/self/cgroup': '4:memory:/\n0::/\n',
      'cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    });
    assert.deepEqual(memory, { usedMb: 160 });
  });

  test('is what a page does not share, if it hides the rest', async () => {
    const { 'proc/12/smaps_rollup': _, ...hidden } = processes;
    const whole = await measure({ ...hidden, 'proc/12/statm': '379548628 55498 29058 50 0 100 0\n' });
    assert.equal(whole?.usedMb, 100 + 50 + 103);
    assert.equal(await measureGroups([11], join(root, 'proc')), 50 + 103);
    assert.equal(await measureGroups([99], join(root, 'proc')), undefined);
  });

  test('is unknown when the system does not say', async () => {
    assert.equal(await measure({}), undefined);
  });

  test('can be read on this machine', async () => {
    const memory = await createMemoryMeter()();
    assert.ok(memory !== undefined && memory.usedMb > 10);
  });
});
