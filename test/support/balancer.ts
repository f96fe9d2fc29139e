import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** In front of several servers, as in production: each connection goes to the next of them. */
export interface Balancer {
  /** Without a trailing slash. */
  readonly url: string;
  /** What connections go to from now on, in turn; while there is none they are reset. */
  serve(urls: readonly string[]): void;
  close(): Promise<void>;
}

/** Listens before there is anything to serve: what it serves is configured with its address. */
export async function startBalancer(): Promise<Balancer> {
  const sockets = new Set<Socket>();
  let targets: readonly URL[] = [];
  let turn = 0;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const target = targets[turn++ % targets.length];
    if (target === undefined) return void client.resetAndDestroy();
    join(client, connect({ port: Number(target.port), host: target.hostname, allowHalfOpen: true }), sockets);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve(urls) {
      targets = urls.map((url) => new URL(url));
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Passes on what either side says, and that it has said everything; a side that breaks takes the other with it. */
function join(client: Socket, upstream: Socket, sockets: Set<Socket>): void {
  for (const [socket, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('error', () => other.resetAndDestroy());
    socket.on('close', (isBroken) => {
      sockets.delete(socket);
      if (isBroken) other.destroy();
    });
    socket.pipe(other);
  }
}
