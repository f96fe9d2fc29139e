import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server does with a request that it has read whole. */
export type ScriptedAnswer =
  | {
      readonly status: number;
      readonly body?: string | Buffer | undefined;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Closes the line without a byte. */
  | 'drop'
  /** Begins an answer, and closes the line in the middle of it. */
  | 'cut'
  /** Never answers. */
  | 'silence';

export interface ScriptedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A real HTTP server that says what the test wants said, and remembers what it was asked. */
export interface ScriptedServer {
  readonly baseUrl: string;
  readonly requests: readonly ScriptedRequest[];
  answer: (request: ScriptedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>;
  close(): Promise<void>;
}

export async function startScriptedServer(answer: ScriptedServer['answer']): Promise<ScriptedServer> {
  const requests: ScriptedRequest[] = [];
  const server = createServer((request, response) => {
    readWhole(request)
      .then(async (read) => {
        requests.push(read);
        perform(await scripted.answer(read), request, response);
      })
      .catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const scripted: ScriptedServer = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return scripted;
}

async function readWhole(request: IncomingMessage): Promise<ScriptedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks),
  };
}

function perform(answer: ScriptedAnswer, request: IncomingMessage, response: ServerResponse): void {
  if (answer === 'silence') return;
  if (answer === 'drop') {
    request.socket.destroy();
    return;
  }
  if (answer === 'cut') {
    response.writeHead(202, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"id":', () => request.socket.destroy());
    return;
  }
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers }).end(answer.body ?? '');
}
