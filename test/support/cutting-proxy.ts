import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Where the line drops: after so many bytes of what goes one way. */
export interface Cut {
  readonly within: 'request' | 'answer';
  readonly afterBytes: number;
  /** A FIN, or a RST. */
  readonly by: 'end' | 'reset';
}

/** What went through a connection whose line wasn't cut. */
export interface Passed {
  request: Buffer;
  answer: Buffer;
}

/**
 * A TCP proxy in front of a provider: each new connection meets the next of `cuts`; where there is none left, all goes
 * through. The provider gets exactly the bytes before a cut.
 */
export interface CuttingProxy {
  readonly baseUrl: string;
  readonly cuts: Cut[];
  readonly passed: readonly Passed[];
  close(): Promise<void>;
}

export async function startCuttingProxy(targetUrl: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(targetUrl);
  const cuts: Cut[] = [];
  const passed: Passed[] = [];
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const provider = connect({ host: hostname, port: Number(port) });
    for (const [socket, other] of [
      [client, provider],
      [provider, client],
    ] as const) {
      open.add(socket);
      socket.setNoDelay(true);
      // Either end may find that the line is gone: that is what this is for.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
    const cut = cuts.shift();
    if (cut === undefined) passThrough(client, provider, passed);
    else passUntil(cut, client, provider);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts,
    passed,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function passThrough(client: Socket, provider: Socket, passed: Passed[]): void {
  const one: Passed = { request: Buffer.alloc(0), answer: Buffer.alloc(0) };
  passed.push(one);
  client.on('data', (chunk: Buffer) => {
    one.request = Buffer.concat([one.request, chunk]);
    provider.write(chunk);
  });
  provider.on('data', (chunk: Buffer) => {
    one.answer = Buffer.concat([one.answer, chunk]);
    client.write(chunk);
  });
}

function passUntil({ within, afterBytes, by }: Cut, client: Socket, provider: Socket): void {
  const drop = () => {
    provider.destroy();
    if (by === 'reset') client.resetAndDestroy();
    else client.destroy();
  };
  const [source, sink] = within === 'request' ? [client, provider] : [provider, client];
  sink.on('data', (chunk: Buffer) => source.write(chunk));
  let seen = 0;
  source.on('data', (chunk: Buffer) => {
    if (seen >= afterBytes && seen > 0) return;
    const part = chunk.subarray(0, afterBytes - seen);
    seen += part.length;
    // Dropped when the bytes have left, so that the sink has them.
    if (part.length === 0) drop();
    else sink.write(part, () => seen >= afterBytes && drop());
  });
}
