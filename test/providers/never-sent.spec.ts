import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Agent, request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { wasNeverSent } from '../../src/providers/never-sent.js';

type Lookup = (host: string, options: unknown, done: (error: null, found: object[]) => void) => void;

const agents: Agent[] = [];
function agentWith(options: Agent.Options = {}): Agent {
  const agent = new Agent(options);
  agents.push(agent);
  return agent;
}

/** What a POST there fails with. */
const failureOf = (url: string, dispatcher = agentWith(), signal?: AbortSignal): Promise<unknown> =>
  request(url, { method: 'POST', body: 'x', dispatcher, signal: signal ?? null }).then(
    () => expect.unreachable('the call should have failed'),
    (error: unknown) => error,
  );

/** Takes connections, and does with the n-th chunk of all what the test says. */
let server: Server;
let chunks = 0;
let onChunk: (socket: Socket) => void = () => undefined;
const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
beforeAll(async () => {
  server = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .on('data', () => {
        chunks += 1;
        onChunk(socket);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise<void>((resolve) => void server.close(() => resolve())));
afterEach(async () => {
  chunks = 0;
  await Promise.all(agents.splice(0).map((agent) => agent.destroy()));
});

async function closedPort(): Promise<number> {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise<void>((resolve) => void gone.close(() => resolve()));
  return port;
}

describe('nothing was sent', () => {
  it('where the connection is refused', async () => {
    expect(wasNeverSent(await failureOf(`http://127.0.0.1:${await closedPort()}`))).toBe(true);
  });

  it('where every address of a host refuses', async () => {
    const lookup: Lookup = (_host, _options, done) =>
      done(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '127.0.0.2', family: 4 },
      ]);
    const dispatcher = agentWith({ connect: { lookup: lookup as never, autoSelectFamily: true } });
    const error = await failureOf(`http://several.example:${await closedPort()}`, dispatcher);
    expect(error).toBeInstanceOf(AggregateError);
    expect(wasNeverSent(error)).toBe(true);
  });

  it('where there is no such host', async () => {
    expect(wasNeverSent(await failureOf('http://nobody.invalid'))).toBe(true);
  });

  it('where no connection comes about in time', async () => {
    // A name that is never found out: the deadline of the connection ends it, as with an address that swallows all.
    const dispatcher = agentWith({ connect: { lookup: () => undefined, timeout: 50 } });
    const error = await failureOf('http://slow.example', dispatcher);
    expect(error).toMatchObject({ code: 'UND_ERR_CONNECT_TIMEOUT' });
    expect(wasNeverSent(error)).toBe(true);
  });

  it('where there is no way', async () => {
    // No host has this address, and a socket is refused it before it leaves the machine.
    const error = await failureOf('http://255.255.255.255');
    expect(error).toMatchObject({ syscall: 'connect' });
    expect(wasNeverSent(error)).toBe(true);
  });
});

describe('something may have been sent', () => {
  it.each<[string, (socket: Socket) => void]>([
    ['is reset', (socket) => socket.resetAndDestroy()],
    ['is closed', (socket) => socket.destroy()],
    ['is closed within the answer', (socket) => socket.end('HTTP/1.1 202 Accepted\r\nContent-Le')],
    ['answers what is no HTTP', (socket) => socket.end('hello\r\n\r\n')],
  ])('where a connection %s', async (_name, fault) => {
    onChunk = fault;
    expect(wasNeverSent(await failureOf(url()))).toBe(false);
  });

  it('where a socket that was used before is reset', async () => {
    const dispatcher = agentWith({ connections: 1 });
    onChunk = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    await (await request(url(), { method: 'POST', body: 'x', dispatcher })).body.dump();
    const before = chunks;
    onChunk = (socket) => socket.resetAndDestroy();
    expect(wasNeverSent(await failureOf(url(), dispatcher))).toBe(false);
    expect(chunks).toBeGreaterThan(before);
  });

  it('where the deadline of the call has come', async () => {
    onChunk = () => undefined;
    expect(wasNeverSent(await failureOf(url(), agentWith(), AbortSignal.timeout(50)))).toBe(false);
  });

  it.each([
    Object.assign(new Error('read EHOSTUNREACH'), { code: 'EHOSTUNREACH', syscall: 'read' }),
    Object.assign(new Error('write ETIMEDOUT'), { code: 'ETIMEDOUT', syscall: 'write' }),
    new AggregateError([]),
    new AggregateError([
      Object.assign(new Error('connect'), { syscall: 'connect' }),
      Object.assign(new Error('read'), { syscall: 'read' }),
    ]),
    new Error('anything'),
    'ECONNREFUSED',
    undefined,
  ])('where %o says no more', (error) => expect(wasNeverSent(error)).toBe(false));
});
