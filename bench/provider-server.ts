import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A provider that takes everything, in the process that measures: what it costs is charged to neither side. */
export interface ProviderServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * @param onCall told of each call as soon as its body is there; resolves when it is to be answered. Rejects: the line is
 * dropped.
 */
export async function startProviderServer(
  onCall: (body: string) => Promise<void> = () => Promise.resolve(),
): Promise<ProviderServer> {
  let calls = 0;
  const server = createServer((request, response) => {
    bodyOf(request)
      .then(onCall)
      .then(
        () => {
          calls += 1;
          response.writeHead(202, { 'content-type': 'application/json' }).end(`{"id":"theirs-${calls}"}`);
        },
        () => request.socket.destroy(),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
