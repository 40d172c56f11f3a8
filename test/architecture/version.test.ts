import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readVersion as readVersionOfCli } from '../../cli/version.ts';
import { readVersion } from '../../shared/service/run-service.ts';
import { readSource } from './source-files.ts';

interface Versioned {
  readonly version: string;
}

test('the version of the services and of easel is the newest one in the changelog', () => {
  const [newest] = /^## (\S+)/m.exec(readSource('docs/CHANGELOG.md'))?.slice(1) ?? [];
  const lock = JSON.parse(readSource('package-lock.json')) as Versioned & {
    readonly packages: { readonly '': Versioned };
  };
  const said = {
    package: (JSON.parse(readSource('package.json')) as Versioned).version,
    lock: lock.version,
    'lock of the package': lock.packages[''].version,
    services: readVersion(),
    easel: readVersionOfCli(),
  };
  assert.deepEqual(said, Object.fromEntries(Object.keys(said).map((who) => [who, newest])));
});
