import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call as a provider sees it. */
export interface CarrierCall {
  readonly id: string;
  readonly to: string;
  readonly reference: string;
  readonly callbackUrl: string;
  readonly token: string;
  readonly content: { readonly kind: string; readonly text: string };
  readonly part?: { readonly index: number; readonly count: number };
  readonly replyTo?: string;
}

/** What the carrier does with a call: answer it, or take it and drop the line. */
export type CarrierAnswer =
  | 'accept'
  | 'drop'
  | { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> };

/** A provider outside the process under test that speaks the sandbox's wire contract and does what the test says. */
export interface ScriptedCarrier {
  readonly baseUrl: string;
  /** Every call whose body arrived whole, in order. */
  readonly calls: readonly CarrierCall[];
  /** Those of them that it surely didn't process: answered 429, or 503. */
  readonly turnedAway: ReadonlySet<CarrierCall>;
  /** Default: `accept`. May be asynchronous: the answer waits for it. */
  script: (call: CarrierCall) => CarrierAnswer | Promise<CarrierAnswer>;
  /** What it says of a call when it is asked by its reference; default: it doesn't know. */
  find: (reference: string) => Exclude<CarrierAnswer, 'accept'>;
  /** The references that were asked for, in order. */
  readonly lookUps: readonly string[];
  /** To whom it was to show that somebody types, in order. */
  readonly typing: readonly string[];
  /** To whom it was to show that what they wrote was read, and up to which of their messages. */
  readonly reads: readonly { readonly to: string; readonly upTo: string }[];
  close(): Promise<void>;
}

export async function startScriptedCarrier(): Promise<ScriptedCarrier> {
  const calls: CarrierCall[] = [];
  const lookUps: string[] = [];
  const turnedAway = new Set<CarrierCall>();
  const typing: string[] = [];
  const reads: { to: string; upTo: string }[] = [];
  const server = createServer((request, response) => {
    // A line that breaks off within the request is none of the carrier's calls.
    answer(request, response).catch(() => request.socket.destroy());
  });
  const judge = async (request: IncomingMessage): Promise<Exclude<CarrierAnswer, 'accept'>> => {
    if (request.method === 'GET') {
      const reference = new URLSearchParams(request.url?.split('?')[1]).get('reference') ?? '';
      lookUps.push(reference);
      return carrier.find(reference);
    }
    const call = await readCall(request);
    if (request.url === '/typing') {
      typing.push(call.to);
      return { status: 202, body: {} };
    }
    if (request.url === '/read') {
      const { to, upTo } = call as CarrierCall & { readonly upTo: string };
      reads.push({ to, upTo });
      return { status: 202, body: {} };
    }
    calls.push(call);
    const says = await carrier.script(call);
    if (typeof says === 'object' && (says.status === 429 || says.status === 503)) turnedAway.add(call);
    return says === 'accept' ? { status: 202, body: { id: call.id } } : says;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const says = await judge(request);
    if (says === 'drop') return void request.socket.destroy();
    const { status, body, headers } = says;
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const carrier: ScriptedCarrier = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    lookUps,
    ...{ typing, reads },
    turnedAway,
    script: () => 'accept',
    find: () => ({ status: 404, body: { error: { code: 'not_found', message: 'No message.' } } }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return carrier;
}

/** Signs as the sandbox's contract says: HMAC-SHA256 under the channel's token over `timestamp.body`. */
export async function postSigned(url: string, token: string, webhook: unknown): Promise<number> {
  return (await answerToSigned(url, token, webhook)).status;
}

/** As `postSigned`, with the headers of the answer. @param signedAt when the carrier thinks it is; default now */
export async function answerToSigned(
  url: string,
  token: string,
  webhook: unknown,
  signedAt = new Date(),
): Promise<Response> {
  const body = JSON.stringify(webhook);
  const timestamp = String(Math.floor(signedAt.getTime() / 1_000));
  const signature = createHmac('sha256', token).update(`${timestamp}.${body}`).digest('hex');
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-sandbox-timestamp': timestamp,
      'x-sandbox-signature': `sha256=${signature}`,
    },
    body,
  });
  await answer.arrayBuffer();
  return answer;
}

async function readCall(request: IncomingMessage): Promise<CarrierCall> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString()) as Omit<CarrierCall, 'id' | 'token'>;
  const token = (request.headers.authorization ?? '').replace('Bearer ', '');
  return { ...body, id: `carrier-${randomUUID()}`, token };
}
