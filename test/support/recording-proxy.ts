import { startScriptedServer, type ScriptedAnswer, type ScriptedRequest } from './scripted-server.js';

/** What went by: a request that came whole, and what was answered; no status: the line dropped. */
export interface Exchange {
  readonly request: ScriptedRequest;
  readonly status: number | undefined;
  readonly body: string;
  /** When it was answered. */
  readonly at: number;
}

/** An HTTP proxy that hands everything on as it is and remembers it: what two sides said to each other, told by neither. */
export interface RecordingProxy {
  readonly baseUrl: string;
  /** Where requests go; may be set after the start. */
  target: string;
  readonly exchanges: readonly Exchange[];
  close(): Promise<void>;
}

/** What belongs to a line and not to a message. */
const OF_THE_LINE = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive']);

export async function startRecordingProxy(target = ''): Promise<RecordingProxy> {
  const exchanges: Exchange[] = [];
  const handOn = async (request: ScriptedRequest): Promise<ScriptedAnswer> => {
    const headers = Object.entries(request.headers).filter(([name]) => !OF_THE_LINE.has(name));
    try {
      const answer = await fetch(`${proxy.target}${request.url}`, {
        method: request.method,
        headers: Object.fromEntries(headers),
        ...(request.method !== 'GET' && { body: new Uint8Array(request.body) }),
      });
      const body = await answer.text();
      exchanges.push({ request, status: answer.status, body, at: Date.now() });
      const retryAfter = answer.headers.get('retry-after');
      return { status: answer.status, body, ...(retryAfter !== null && { headers: { 'retry-after': retryAfter } }) };
    } catch {
      exchanges.push({ request, status: undefined, body: '', at: Date.now() });
      return 'drop';
    }
  };
  const server = await startScriptedServer(handOn);
  const proxy: RecordingProxy = { baseUrl: server.baseUrl, target, exchanges, close: () => server.close() };
  return proxy;
}
