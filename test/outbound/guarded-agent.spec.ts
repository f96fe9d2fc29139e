import type { LookupAddress } from 'node:dns';
import { createServer, type AddressInfo, type LookupFunction, type Server } from 'node:net';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGuardedAgent, type GuardedAgentOptions } from '../../src/outbound/guarded-agent.js';
import { hostileUrls } from '../support/hostile-urls.js';

/** In the range that IPv6 routes, and given to nobody. */
const NOBODY = '2fff:ffff:ffff::1';

describe('F24: a guarded agent', () => {
  /** Sees every connection that reaches loopback, whatever is said over it; answers as a web server would. */
  let canary: Server;
  let port: number;
  let seen = 0;
  beforeAll(async () => {
    canary = createServer((socket) => {
      seen += 1;
      socket.on('error', () => undefined).resume();
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi');
    });
    await new Promise<void>((resolve) => canary.listen(0, '::', resolve));
    port = (canary.address() as AddressInfo).port;
  });
  afterAll(() => new Promise((resolve) => canary.close(resolve)));

  const ask = async (url: string, options: Partial<GuardedAgentOptions> = {}) => {
    const agent = createGuardedAgent({ connectTimeout: 300, ...options });
    try {
      const answer = await request(url, { dispatcher: agent, signal: AbortSignal.timeout(5_000) });
      return await answer.body.text();
    } finally {
      await agent.destroy();
    }
  };
  const codeOf = (asked: Promise<unknown>) =>
    asked.then(
      () => 'answered',
      (error: unknown) => (error as { readonly code?: unknown }).code,
    );

  const standsFor = (...answers: readonly (readonly string[])[]) => {
    let asked = 0;
    const lookup: LookupFunction = (_name, _options, callback) => {
      const addresses = answers[Math.min(asked, answers.length - 1)] ?? [];
      asked += 1;
      callback(
        null,
        addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    };
    return { lookup, asked: () => asked };
  };

  it('connects with no place of this machine, whatever form its address has', async () => {
    // Of names the worst is assumed.
    const { lookup } = standsFor(['127.0.0.1']);
    for (const url of hostileUrls(port)) await expect(ask(url, { lookup }), url).rejects.toThrow();
    expect(seen).toBe(0);
  });

  it.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', 'localhost', '127.1'])(
    'refuses %s before it is called',
    async (host) => {
      expect(await codeOf(ask(`http://${host}:${port}/`))).toBe('ADDRESS_REFUSED');
      expect(await codeOf(ask(`https://${host}:${port}/`))).toBe('ADDRESS_REFUSED');
      expect(seen).toBe(0);
    },
  );

  it('a name that stands for this machine, among others too, or for nothing', async () => {
    for (const addresses of [
      ['127.0.0.1'],
      [NOBODY, '127.0.0.1'],
      ['::1', NOBODY],
      ['10.0.0.1'],
      ['::ffff:7f00:1'],
      [],
    ]) {
      const { lookup } = standsFor(addresses);
      expect(await codeOf(ask(`http://example.com:${port}/`, { lookup })), addresses.join()).toBe('ADDRESS_REFUSED');
    }
    expect(seen).toBe(0);
  });

  it('a name that stands for something else a moment later: what was looked up is what is called', async () => {
    for (const answers of [
      [[NOBODY], ['127.0.0.1']],
      [['127.0.0.1'], [NOBODY]],
    ]) {
      const { lookup } = standsFor(...answers);
      for (let time = 0; time < 2; time += 1)
        expect(await codeOf(ask(`http://example.com:${port}/`, { lookup }))).not.toBe('answered');
    }
    expect(seen).toBe(0);
    // The same the other way round: of a name that may be called, only the first answer counts.
    const { lookup, asked } = standsFor(['127.0.0.1'], ['10.0.0.1']);
    expect(await ask(`http://example.com:${port}/`, { lookup, isLoopbackAllowed: true })).toBe('hi');
    expect(asked()).toBe(1);
    expect(seen).toBe(1);
  });

  it('calls this machine where that is allowed, and nothing else that is private', async () => {
    seen = 0;
    const isLoopbackAllowed = true;
    for (const host of ['127.0.0.1', 'localhost'])
      expect(await ask(`http://${host}:${port}/`, { isLoopbackAllowed })).toBe('hi');
    expect(seen).toBe(2);
    expect(await codeOf(ask(`http://10.0.0.1:${port}/`, { isLoopbackAllowed }))).toBe('ADDRESS_REFUSED');
  });
});
