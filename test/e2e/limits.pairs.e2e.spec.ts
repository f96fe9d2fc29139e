import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiClient } from '../support/api-client.js';
import { openSocket, type ClosingSocket } from '../support/closing-socket.js';
import { eventually } from '../support/eventually.js';
import { startTestSystem, type TestSystem } from '../support/test-app.js';

const CREATE = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }`;

let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem([['api', 'interpreter', 'projector', 'dispatcher'], ['api'], ['api']]);
});
afterAll(() => system.stop());

const limited = async (limits: object) => {
  const input = { name: 'limited', scopes: ['MESSAGES_READ'], limits };
  const { createApiKey } = await system.client.run<{ createApiKey: { secret: string } }>(CREATE, { input });
  return createApiKey.secret;
};

describe('three API processes', () => {
  it('give a key no more requests than one of them would', async () => {
    const perSecond = 60;
    const secret = await limited({ requestsPerSecond: perSecond });
    const clients = system.apis.map(({ url }) => apiClient(url, secret));
    const begun = performance.now();
    const counts = { 200: 0, 429: 0 };
    const flood = async (n: number) => {
      while (performance.now() - begun < 3_000) {
        const status = (await clients[n % clients.length]?.ask('{ cursor }'))?.status ?? 0;
        if (status === 200 || status === 429) counts[status] += 1;
        else expect.unreachable(`${status}`);
      }
    };
    await Promise.all(Array.from({ length: 12 }, (_, n) => flood(n)));
    const seconds = (performance.now() - begun) / 1_000;
    expect(counts[200]).toBeLessThanOrEqual(perSecond + perSecond * seconds);
    expect(counts[200]).toBeGreaterThan(perSecond * 2);
    expect(counts[429]).toBeGreaterThan(0);
  });

  it('let a key open no more sockets than it may, and what one held that was stopped is free again', async () => {
    const secret = await limited({ sockets: 9 });
    const open = (n: number): ClosingSocket =>
      openSocket(system.apis[n]?.url ?? '', { apiKey: secret }, 'subscription { inboxUpdated { cursor } }');
    const endOf = ({ connected, closed }: ClosingSocket) => Promise.race([connected.then(() => 'open'), closed]);
    const sockets = Array.from({ length: 18 }, (_, n) => open(Math.floor(n / 6)));
    const ends = await Promise.all(sockets.map(endOf));
    expect(ends.filter((end) => end === 'open')).toHaveLength(9);
    expect(ends.filter((end) => end === 4290)).toHaveLength(9);
    const [, , last] = system.processes;
    const heldByLast = ends.slice(12).filter((end) => end === 'open').length;
    await last?.kill('SIGTERM');
    const heirs: ClosingSocket[] = [];
    for (let n = 0; n < heldByLast; n += 1) {
      const heir = await eventually(async () => {
        const one = open(0);
        if ((await endOf(one)) === 'open') return one;
        await one.stop();
        throw new Error('There is no room yet.');
      });
      heirs.push(heir);
    }
    expect(await endOf(open(0))).toBe(4290);
    await Promise.all(heirs.map((heir) => heir.stop()));
    await Promise.all(sockets.map((socket) => socket.stop()));
  });
});
