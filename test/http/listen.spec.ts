import { createServer, type AddressInfo, type Server } from 'node:net';
import fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { listenOn } from '../../src/http/listen.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Somebody else on a port that the OS picked. */
async function takenPort(): Promise<number> {
  const server = await new Promise<Server>((resolve) => {
    const made: Server = createServer().listen(0, '127.0.0.1', () => resolve(made));
  });
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

const listen = (port: number, isDefault: boolean) => {
  const app = fastify();
  app.get('/', () => 'here');
  closers.push(() => app.close());
  return listenOn(app, '127.0.0.1', port, isDefault);
};

describe('listening', () => {
  it('takes the next free port when the default one is taken', async () => {
    const port = await takenPort();
    const url = await listen(port, true);
    expect(Number(new URL(url).port)).toBeGreaterThan(port);
    expect(await (await fetch(url)).text()).toBe('here');
  });

  it('refuses by name when a port that was asked for is taken', async () => {
    const port = await takenPort();
    await expect(listen(port, false)).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken`);
  });
});
