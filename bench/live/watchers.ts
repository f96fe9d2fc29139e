import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { Agent } from 'undici';
import WebSocket from 'ws';
import type { Side } from '../compared-path.js';
import type { Server } from '../http/ask.js';
import { meetContacts, sendOne } from '../http/sends.js';

/** Somebody who sends at a steady pace, and somebody who watches what is added to the conversations. */
export interface WatchersSettings extends Server {
  readonly kind: 'watchers';
  readonly channelId: string;
  readonly perSecond: number;
}

const ADDED = `subscription ($channelId: ID) { messageAdded(channelId: $channelId) { message { id } } }`;
const SEEN_WITHIN_MS = 20_000;
/** Few: each answers the first message too, and nothing is to be measured before they have. */
const CONTACTS = 100;

/** From when the request is written until the watcher has the message, so its acceptance is in it. */
export async function openWatchers(settings: WatchersSettings): Promise<Side> {
  const agent = new Agent({ connections: 16 });
  await meetContacts(settings, CONTACTS);
  const watcher = watch(settings);
  let sent = 0;
  const sendAndSee = async (): Promise<number> => {
    const sentAt = performance.now();
    const id = await sendOne(agent, settings, (sent += 1), CONTACTS);
    return (await watcher.seen(id)) - sentAt;
  };
  return {
    async work(milliseconds) {
      const begunAt = performance.now();
      const latencies: Promise<number>[] = [];
      for (let n = 0; n < (milliseconds * settings.perSecond) / 1_000; n += 1) {
        await pause(Math.max(0, begunAt + (n * 1_000) / settings.perSecond - performance.now()));
        latencies.push(sendAndSee());
      }
      const latenciesMs = await Promise.all(latencies);
      // What the contacts answered nobody waits for.
      watcher.forget();
      return { operations: latenciesMs.length, latenciesMs };
    },
    async close() {
      await watcher.close();
      await agent.close();
    },
  };
}

/** The watcher may have a message before its sender has the answer. */
function watch({ url, apiKey, channelId }: WatchersSettings) {
  const seenAt = new Map<string, number>();
  const waiting = new Map<string, (at: number) => void>();
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${apiKey}` },
    retryAttempts: 0,
  });
  const onSeen = (id: string) => {
    const at = performance.now();
    waiting.get(id)?.(at);
    if (!waiting.delete(id)) seenAt.set(id, at);
  };
  client.subscribe<{ messageAdded: { message: { id: string } } }>(
    { query: ADDED, variables: { channelId } },
    {
      next: ({ data }) => data && onSeen(data.messageAdded.message.id),
      error: (error) => console.error(error),
      complete: () => undefined,
    },
  );
  return {
    seen(id: string): Promise<number> {
      const at = seenAt.get(id);
      if (at !== undefined) return Promise.resolve(at);
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error('A message was not seen.')), SEEN_WITHIN_MS);
        waiting.set(id, (seen) => {
          clearTimeout(late);
          resolve(seen);
        });
      });
    },
    forget: () => seenAt.clear(),
    close: async () => client.dispose(),
  };
}
