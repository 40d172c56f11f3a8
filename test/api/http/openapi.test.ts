import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { dialects } from '../../../api/dialects/index.ts';
import { createOpenapi } from '../../../api/http/openapi.ts';

interface Schema {
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
}

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly security?: readonly unknown[];
  readonly parameters?: ReadonlyArray<{ readonly name: string; readonly schema: Schema }>;
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly example?: unknown } } };
  readonly responses: Readonly<Record<string, unknown>>;
}

const source = JSON.stringify(createOpenapi(dialects, '1.0.0'));
const document = JSON.parse(source) as { readonly paths: Record<string, Record<string, Operation>> };
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
);

test('the document has no fault by the linter’s strictest rules, examples included', async () => {
  const config = await createConfig({
    extends: ['recommended-strict'],
    rules: {
      'no-invalid-media-type-examples': 'error',
      'no-invalid-schema-examples': 'error',
      'no-invalid-parameter-examples': 'error',
      'operation-operationId-unique': 'error',
      'operation-singular-tag': 'error',
      // Pollinations itself has `/image/models` beside `/image/{prompt}`.
      'no-ambiguous-paths': 'off',
    },
  });
  const problems = await lintFromString({ source, config });
  assert.deepEqual(
    problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`),
    [],
  );
});

test('every route of every dialect is an operation', () => {
  const routes = dialects.flatMap(({ routes: own }) => own);
  const wanted = routes.map(({ method, path }) => `${method} ${path.replace(/[:*](\w+)/g, '{$1}')}`);
  const names = new Set(operations.map(({ name }) => name));
  assert.deepEqual(
    wanted.filter((name) => !names.has(name)),
    [],
  );
});

test('every operation has a summary, an id of its own and its errors', () => {
  const ids = operations.map(({ operationId }) => operationId);
  assert.equal(new Set(ids).size, ids.length);
  for (const { name, summary, responses } of operations) {
    assert.ok(summary, name);
    assert.ok(
      Object.keys(responses).some((status) => /^4/.test(status)),
      name,
    );
  }
});

test('every body and every parameter has an example', () => {
  for (const { name, requestBody, parameters = [] } of operations) {
    if (requestBody !== undefined) assert.ok(requestBody.content['application/json'].example, name);
    for (const { name: parameter, schema } of parameters) {
      assert.notEqual(schema.examples ?? schema.default, undefined, `${name}: ${parameter}`);
    }
  }
});
