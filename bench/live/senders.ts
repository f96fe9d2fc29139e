import { setTimeout as pause } from 'node:timers/promises';
import { Agent } from 'undici';
import type { Side } from '../compared-path.js';
import type { Server } from '../http/ask.js';
import { meetContacts, sendOne } from '../http/sends.js';
import { openJournalReader } from './journal-reader.js';

/** Clients who send on and on, but no more than so many whose messages were not delivered yet. */
export interface SendersSettings extends Server {
  readonly kind: 'senders';
  readonly channelId: string;
  readonly outstandingMax: number;
  readonly databaseUrl: string;
  readonly partitions: number;
}

/** More than may be outstanding, so that no conversation's order holds a message up. */
const CONTACTS = 300;
const CONNECTIONS = 32;
const LOOK_EVERY_MS = 25;
const DRAINED_WITHIN_MS = 60_000;

/** An operation is a message that the read models show as delivered; its latency begins with the request. */
export async function openSenders(settings: SendersSettings): Promise<Side> {
  await meetContacts(settings, CONTACTS);
  const agent = new Agent({ connections: CONNECTIONS });
  const journal = await openJournalReader(settings.databaseUrl, 'message.delivered', settings.partitions);
  const sentAt = new Map<string, number>();
  let [isSending, isLooking, asked, sent] = [false, true, 0, 0];
  let latenciesMs: number[] = [];

  const send = async () => {
    while (isSending) {
      if (asked + sentAt.size >= settings.outstandingMax) {
        await pause(LOOK_EVERY_MS);
        continue;
      }
      asked += 1;
      const at = performance.now();
      sentAt.set(await sendOne(agent, settings, (sent += 1), CONTACTS), at);
      asked -= 1;
    }
  };
  const look = async () => {
    while (isLooking) {
      const now = performance.now();
      for (const id of await journal.next()) {
        const at = sentAt.get(id);
        if (at !== undefined) latenciesMs.push(now - at);
        sentAt.delete(id);
      }
      await pause(LOOK_EVERY_MS);
    }
  };
  const looking = look();
  let sending: Promise<unknown> = Promise.resolve();
  return {
    /** Until as many are delivered as may be outstanding: from then on it is a steady state. */
    async prepare() {
      [isSending, latenciesMs] = [true, []];
      sending = Promise.all(Array.from({ length: CONNECTIONS }, send));
      while (latenciesMs.length < settings.outstandingMax)
        await Promise.race([pause(LOOK_EVERY_MS), failureOf(sending)]);
    },
    async work(milliseconds) {
      latenciesMs = [];
      await Promise.race([pause(milliseconds), failureOf(sending)]);
      const measured = latenciesMs;
      latenciesMs = [];
      return { operations: measured.length, latenciesMs: measured };
    },
    async settle() {
      isSending = false;
      await sending;
      const late = performance.now() + DRAINED_WITHIN_MS;
      while (sentAt.size > 0) {
        if (performance.now() > late) throw new Error(`${sentAt.size} messages were not delivered.`);
        await pause(LOOK_EVERY_MS);
      }
    },
    async close() {
      [isSending, isLooking] = [false, false];
      await Promise.allSettled([sending, looking]);
      await journal.close();
      await agent.close();
    },
  };
}

/** Rejects with it, or never settles. */
const failureOf = (work: Promise<unknown>): Promise<never> =>
  new Promise((_resolve, reject) => void work.catch((error: unknown) => reject(error as Error)));
