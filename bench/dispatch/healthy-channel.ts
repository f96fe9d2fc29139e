import { randomUUID } from 'node:crypto';
import type { ParleyEvent } from '../../src/events/catalog.js';
import type { Place, Side } from '../compared-path.js';
import { conversationIds, contactIds, eventIds, messageIds, toRecord } from '../product.js';
import { startProviderServer } from '../provider-server.js';
import { openDispatcher, type OpenDispatcher } from './open-dispatcher.js';
import { channelOf, makeWaiting, PAYLOAD, workspaceOf } from './waiting-rows.js';

const HEALTHY = 0;
const SEND_EVERY_MS = 20;
const SLOW_MS = 5_000;
/** Conversations that wait for the dead and the slow channel: more than there are slots for calls. */
const SICK_LANES = 2_000;

/**
 * How long it takes from the moment in which a send is in the log until its provider is called.
 * @param isBesideSick whether the same dispatcher also has a channel that never answers and one that takes 5 s
 */
export async function healthyChannel(place: Place, isBesideSick: boolean): Promise<Side> {
  const arrived = new Map<string, () => void>();
  const healthy = await startProviderServer(async (body) => {
    arrived.get(referenceIn(body))?.();
    return Promise.resolve();
  });
  const dead = await startProviderServer(() => new Promise(() => undefined));
  const slow = await startProviderServer(() => new Promise((resolve) => void setTimeout(resolve, SLOW_MS)));
  const opened = await openDispatcher(place, { baseUrls: [healthy.url, dead.url, slow.url] });
  // Channel 0's are called and done before anything is measured.
  if (isBesideSick) await makeWaiting(opened.database, { messages: SICK_LANES, lanes: SICK_LANES, channels: 3 });
  return {
    async work(milliseconds) {
      const until = performance.now() + milliseconds;
      const latenciesMs: number[] = [];
      while (performance.now() < until) {
        latenciesMs.push(await sendOne(opened, arrived));
        await new Promise((resolve) => setTimeout(resolve, SEND_EVERY_MS));
      }
      return { operations: latenciesMs.length, latenciesMs };
    },
    async close() {
      await Promise.all([dead.close(), slow.close()]);
      await opened.close();
      await healthy.close();
    },
  };
}

async function sendOne({ log, fingerprint }: OpenDispatcher, arrived: Map<string, () => void>): Promise<number> {
  const event = accepted();
  const reference = `${event.messageId}.1.0`;
  const called = new Promise<number>((resolve) => arrived.set(reference, () => resolve(performance.now())));
  const startedAt = performance.now();
  await log.append('events', toRecord(event, fingerprint));
  const calledAt = await called;
  arrived.delete(reference);
  return calledAt - startedAt;
}

function accepted(): ParleyEvent {
  const now = new Date().toISOString();
  return {
    id: eventIds.fromUuid(randomUUID()),
    type: 'message.accepted',
    version: 1,
    workspaceId: workspaceOf(),
    channelId: channelOf(HEALTHY),
    conversationId: conversationIds.fromUuid(randomUUID()),
    contactId: contactIds.fromUuid(randomUUID()),
    messageId: messageIds.fromUuid(randomUUID()),
    occurredAt: now,
    recordedAt: now,
    data: {
      contentKind: 'text',
      textBytes: PAYLOAD.content.text.length,
      mediaCount: 0,
      author: 'AGENT',
      parts: 1,
      content: { address: PAYLOAD.address, message: { ...PAYLOAD.content, kind: 'text' } },
    },
  };
}

function referenceIn(body: string): string {
  const parsed: unknown = JSON.parse(body);
  return typeof parsed === 'object' && parsed !== null && 'reference' in parsed ? String(parsed.reference) : '';
}
