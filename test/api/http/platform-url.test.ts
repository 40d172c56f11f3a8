import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readGatewaySettings } from '../../../api/config.ts';

describe('the address of a deployment without PUBLIC_URL', () => {
  const cases: ReadonlyArray<[environment: Record<string, string>, url: string | undefined]> = [
    [{ RENDER_EXTERNAL_URL: 'https://easel.onrender.com' }, 'https://easel.onrender.com'],
    [{ RAILWAY_PUBLIC_DOMAIN: 'easel.up.railway.app' }, 'https://easel.up.railway.app'],
    [{ KOYEB_PUBLIC_DOMAIN: 'easel-me.koyeb.app' }, 'https://easel-me.koyeb.app'],
    [{ HEROKU_APP_DEFAULT_DOMAIN_NAME: 'easel-12ab.herokuapp.com' }, 'https://easel-12ab.herokuapp.com'],
    [{ WEBSITE_HOSTNAME: 'easel.azurewebsites.net' }, 'https://easel.azurewebsites.net'],
    [{ SPACE_HOST: 'me-easel.hf.space' }, 'https://me-easel.hf.space'],
    [{ FLY_APP_NAME: 'easel' }, 'https://easel.fly.dev'],
    [{ PUBLIC_URL: 'https://mine.example', FLY_APP_NAME: 'easel' }, 'https://mine.example'],
    [{ PUBLIC_URL: ' ', FLY_APP_NAME: 'easel' }, 'https://easel.fly.dev'],
    // An invalid address does not prevent the start.
    [{ RENDER_EXTERNAL_URL: 'soon', WEBSITE_HOSTNAME: 'localhost:7071', FLY_APP_NAME: 'a/b' }, undefined],
    [{}, undefined],
  ];
  for (const [environment, url] of cases) {
    test(`${JSON.stringify(environment)} is at ${url}`, () => {
      assert.equal(readGatewaySettings(environment).PUBLIC_URL, url);
    });
  }
});
