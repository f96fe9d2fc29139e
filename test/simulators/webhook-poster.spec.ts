import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWebhookPoster, type WebhookPoster } from '../../src/simulators/webhook-poster.js';
import { eventually } from '../support/eventually.js';
import { leakWarningsOf } from '../support/leak-warnings.js';

/** More than the ten listeners above which Node suspects a leak. */
const MANY = 12;

describe("a simulator's webhooks", () => {
  let poster: WebhookPoster;
  let tries = 0;
  /** Undefined: it takes the line and never answers. */
  let status: number | undefined;
  const server = createServer((request, response) => {
    tries += 1;
    request.resume();
    if (status !== undefined) response.writeHead(status).end();
  });
  beforeEach(async () => {
    tries = 0;
    poster = createWebhookPoster();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    await poster.stop();
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  });
  const postMany = () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return Promise.all(Array.from({ length: MANY }, () => poster.post({ url, headers: {}, body: '{}' })));
  };

  it('wait for their next try beside each other, and end with the simulator', async () => {
    status = 503;
    const warnings = await leakWarningsOf(async () => {
      const posting = postMany();
      await eventually(() => expect(tries).toBeGreaterThan(MANY));
      await poster.stop();
      expect(await posting).toEqual(Array.from({ length: MANY }, () => expect.toBeOneOf([0, 503])));
    });
    expect(warnings).toEqual([]);
  });

  it('end with the simulator where nobody answers', async () => {
    status = undefined;
    const posting = postMany();
    await eventually(() => expect(tries).toBe(MANY));
    await poster.stop();
    expect(await posting).toEqual(Array.from({ length: MANY }, () => 0));
  });
});
