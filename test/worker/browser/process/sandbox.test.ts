import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { removeDirectory } from '../../../support/remove-directory.ts';
import { createRecipe, createUse, openStages } from '../support.ts';
import { findSystemShell } from '../system-shell.ts';

const NAMESPACE =
  'Failed to move to new namespace: PID namespaces supported, Network namespace supported, but failed: errno =';

/** Chromium's messages, by what forbids the sandbox. */
const REFUSALS = {
  'AppArmor, where user namespaces have no rights': [
    '[50012:50012:1220/164845.344667:FATAL:credentials.cc(127)] Check failed: . : Permission denied (13)',
  ],
  'the same in a newer Chromium, in another language': [
    '[7:7:1127/130654.472241:FATAL:sandbox/linux/services/credentials.cc:131] Check failed: . : Отказано в доступе (13)',
  ],
  'a profile of seccomp that does not know the call': [
    '[7:7:1127/130654.472241:FATAL:sandbox/linux/services/credentials.cc:131] Check failed: . : Function not implemented (38)',
  ],
  'the profile of Docker': [
    `${NAMESPACE} Operation not permitted`,
    '[1868:1868:0311/120334.394798:FATAL:zygote_host_impl_linux.cc(206)] Check failed: . : Operation not permitted (1)',
  ],
  'a kernel without the namespaces': [
    `${NAMESPACE} Function not implemented`,
    '[459:459:0411/074605.272296:FATAL:zygote_host_impl_linux.cc(207)] Check failed: . : Invalid argument (22)',
  ],
  'user namespaces that are switched off': [
    '[9:9:0411/074605.2:FATAL:content/browser/zygote_host/zygote_host_impl_linux.cc:128] No usable sandbox! If this is a Debian system',
  ],
};

describe('Chromium where its sandbox is forbidden', () => {
  const open = openStages();
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'easel-test-sandbox-'));
  });
  afterEach(() => removeDirectory(directory));

  /** A browser that dies with this message, unless it is started without its sandbox. */
  async function createRefusing(lines: readonly string[], doomed: 'with its sandbox' | 'always'): Promise<string> {
    const path = join(directory, 'chromium-headless-shell');
    const shell = await findSystemShell();
    const run = doomed === 'always' ? '' : `case "$*" in *--no-sandbox*) exec ${shell} "$@";; esac\n`;
    await writeFile(path, `#!/bin/sh\n${run}cat >&2 <<'END'\n${lines.join('\n')}\nEND\nexit 133\n`, { mode: 0o755 });
    return path;
  }

  for (const [cause, lines] of Object.entries(REFUSALS)) {
    test(`by ${cause}: it runs without it, and the log quotes the reason`, async () => {
      const executablePath = await createRefusing(lines, 'with its sandbox');
      const stage = await open({ executablePath, uid: 1000 });
      assert.equal(await stage.pages.use(createRecipe(), async () => 'works', createUse()), 'works');
      const warnings = stage.logged.filter(({ msg }) => /cannot have its sandbox/.test(msg));
      assert.equal(warnings.length, 1);
      assert.match(JSON.stringify(warnings[0]), /reason.*(FATAL|namespace|sandboxing failed)/);
    });
  }

  test('another error does not disable the sandbox', async () => {
    const line =
      '[7:7:1127/130654.4:WARNING:sandbox/policy/linux/sandbox_linux.cc:405] InitializeSandbox() called late';
    const executablePath = await createRefusing([line, 'error while loading shared libraries: libnss3.so'], 'always');
    const stage = await open({ executablePath, uid: 1000 });
    await assert.rejects(
      stage.pages.use(createRecipe(), async () => 'works', createUse()),
      { code: 'engine_failed' },
    );
    assert.equal(stage.logged.filter(({ msg }) => /sandbox/.test(msg)).length, 0);
    assert.equal(await stage.pages.isHealthy(), false);
  });

  test('for root it never has one, and one log line says so', async () => {
    const stage = await open({ uid: 0 });
    await stage.pages.use(createRecipe(), async () => 'works', createUse());
    assert.equal(stage.logged.filter(({ msg }) => /runs as root/.test(msg)).length, 1);
  });
});

describe('Chromium without fonts', () => {
  const open = openStages();

  test('logs a warning at its start', async (context) => {
    const directory = await mkdtemp(join(tmpdir(), 'easel-test-fonts-'));
    context.after(() => removeDirectory(directory));
    const file = join(directory, 'fonts.conf');
    await writeFile(file, '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig/>');
    const stage = await open({ environment: { PATH: process.env.PATH, HOME: directory, FONTCONFIG_FILE: file } });
    await stage.pages.use(createRecipe(), async () => 'works', createUse());
    assert.equal(stage.logged.filter(({ msg }) => /no fonts/.test(msg)).length, 1);
    const usual = await open();
    await usual.pages.use(createRecipe(), async () => 'works', createUse());
    assert.equal(usual.logged.filter(({ msg }) => /no fonts/.test(msg)).length, 0);
  });
});
