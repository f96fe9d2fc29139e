import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';

/** Where Meta may post: it answers the handshake, whatever the token. */
export const startHandshakingReceiver = (): Promise<ScriptedServer> =>
  startScriptedServer(({ method, url }) => ({
    status: 200,
    body: method === 'GET' ? (new URL(url, 'http://x').searchParams.get('hub.challenge') ?? '') : '',
  }));

/** Posts to a simulated Graph API; by default a message, with the token that is right. */
export async function postToGraph(
  baseUrl: string,
  json: unknown,
  path = '/v25.0/1100/messages',
  token = 'right',
): Promise<{ readonly status: number; readonly json: unknown }> {
  const answer = await fetch(`${baseUrl}${path}`, {
    ...{ method: 'POST', body: JSON.stringify(json) },
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
  });
  return { status: answer.status, json: await answer.json() };
}
