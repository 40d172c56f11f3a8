import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readGatewaySettings } from '../../../api/config.ts';
import { toTrustProxy } from '../../../api/http/middleware/trust-proxy.ts';
import { startGateway } from '../gateway.ts';

/** The connection of every row comes from 127.0.0.1. */
interface Chain {
  readonly trust: string;
  readonly forwarded: string | undefined;
  readonly caller: string;
  readonly why: string;
}

const CLIENT = '203.0.113.7';
const EDGE = '172.68.10.20';
const BALANCER = '10.213.4.5';

const CHAINS: readonly Chain[] = [
  { trust: 'none', forwarded: CLIENT, caller: '127.0.0.1', why: 'nobody is believed' },
  { trust: 'private', forwarded: undefined, caller: '127.0.0.1', why: 'there is no header' },
  { trust: 'private', forwarded: '', caller: '127.0.0.1', why: 'the header is empty' },
  { trust: 'private', forwarded: CLIENT, caller: CLIENT, why: 'one proxy beside us' },
  { trust: 'private', forwarded: `198.51.100.1, ${CLIENT}`, caller: CLIENT, why: 'what stands before is a claim' },
  { trust: 'private', forwarded: `10.0.0.1, ${CLIENT}`, caller: CLIENT, why: 'a claim may look private' },
  { trust: 'private', forwarded: `${CLIENT}, ${EDGE}`, caller: EDGE, why: 'Cloudflare is not private' },
  { trust: 'render', forwarded: `${CLIENT}, ${EDGE}`, caller: CLIENT, why: 'two entries on Render' },
  { trust: 'render', forwarded: `${CLIENT}, ${EDGE}, ${BALANCER}`, caller: CLIENT, why: 'three entries on Render' },
  { trust: 'render', forwarded: `${CLIENT}, 2606:4700:10::1, ${BALANCER}`, caller: CLIENT, why: 'Cloudflare by IPv6' },
  { trust: 'render', forwarded: `1.2.3.4, ${CLIENT}, ${EDGE}, ${BALANCER}`, caller: CLIENT, why: 'and a claim' },
  { trust: 'render', forwarded: `2001:db8:9::7, ${EDGE}`, caller: '2001:db8:9::7', why: 'a client by IPv6' },
  { trust: 'cloudflare', forwarded: CLIENT, caller: '127.0.0.1', why: 'the connection is not Cloudflare’s' },
  { trust: 'cloudflare,private', forwarded: `${CLIENT}, ${EDGE}`, caller: CLIENT, why: 'a proxy behind Cloudflare' },
  { trust: '127.0.0.1', forwarded: CLIENT, caller: CLIENT, why: 'one address is trusted' },
  { trust: '127.0.0.0/8,198.51.100.0/24', forwarded: `${CLIENT}, 198.51.100.9`, caller: CLIENT, why: 'networks' },
  {
    trust: '127.0.0.0/8,198.51.100.0/24',
    forwarded: `${CLIENT}, 198.51.101.9`,
    caller: '198.51.101.9',
    why: 'outside',
  },
  { trust: '10.0.0.0/8', forwarded: CLIENT, caller: '127.0.0.1', why: 'the connection is of another network' },
  { trust: '1', forwarded: `1.2.3.4, ${CLIENT}`, caller: CLIENT, why: 'one proxy, counted' },
  { trust: '2', forwarded: `1.2.3.4, ${CLIENT}, ${EDGE}`, caller: CLIENT, why: 'two proxies, counted' },
  { trust: '0', forwarded: CLIENT, caller: '127.0.0.1', why: 'none, counted' },
  { trust: 'private', forwarded: `${CLIENT}:51234`, caller: CLIENT, why: 'Azure adds the port' },
  { trust: 'private', forwarded: `${CLIENT}:1, ${BALANCER}:443`, caller: CLIENT, why: 'and its proxies have one too' },
  { trust: 'private', forwarded: '[2001:db8:9::7]:51234', caller: '2001:db8:9::7', why: 'IPv6 with a port' },
  { trust: 'private', forwarded: `::ffff:${CLIENT}`, caller: CLIENT, why: 'IPv4 in an IPv6 spelling' },
  { trust: 'private', forwarded: `${CLIENT}, ::ffff:10.0.0.1`, caller: CLIENT, why: 'and so a proxy' },
  { trust: 'private', forwarded: `${CLIENT}, unknown`, caller: '127.0.0.1', why: 'the proxy does not know (RFC 7239)' },
  { trust: 'private', forwarded: `nonsense, ${BALANCER}`, caller: BALANCER, why: 'a claim that is no address' },
  { trust: 'private', forwarded: `,,${CLIENT},`, caller: '127.0.0.1', why: 'an empty entry ends the chain' },
  { trust: 'private', forwarded: `${CLIENT} ,\t${BALANCER} `, caller: CLIENT, why: 'blanks' },
];

describe('the caller behind proxies', () => {
  for (const { trust, forwarded, caller, why } of CHAINS) {
    test(`TRUST_PROXY=${trust}, X-Forwarded-For: ${forwarded ?? '(none)'} is ${caller}: ${why}`, async () => {
      const gateway = await startGateway({ trustProxy: toTrustProxy(trust) });
      const headers: Record<string, string> = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
      await (await fetch(`${gateway.url}/generate?prompt=fox`, { headers })).arrayBuffer();
      await gateway.stop();
      // Limits count IPv6 callers by network.
      const network = caller.includes(':') ? '2001:db8:9:0::/56' : caller;
      assert.equal(gateway.jobs.submissions[0]?.options.client.id, `address:${network}`);
    });
  }
});

describe('TRUST_PROXY', () => {
  const read = (environment: Record<string, string>) => readGatewaySettings({ PUBLIC_URL: 'http://x', ...environment });

  test('has the older TRUST_PROXY_HOPS as an alias', () => {
    const { TRUST_PROXY: trusts } = read({ TRUST_PROXY_HOPS: '2' });
    assert.deepEqual([trusts('203.0.113.1', 1), trusts('203.0.113.1', 2)], [true, false]);
    const { TRUST_PROXY: given } = read({ TRUST_PROXY: 'none', TRUST_PROXY_HOPS: '2' });
    assert.equal(given('203.0.113.1', 0), false);
  });

  for (const value of ['yes', '11', '1,2', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0', 'fe80::/129', 'renderer', '-1']) {
    test(`refuses ${value} with the name of the setting`, () =>
      assert.throws(() => read({ TRUST_PROXY: value }), /^SettingsError: TRUST_PROXY: expected `render`/));
  }
});
