import { randomUUID } from 'node:crypto';
import type { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';

/** One call of the test's own client, with what became of it. Times are milliseconds of `performance.now()`. */
export interface HistoryEntry {
  readonly key: string;
  readonly to: string;
  /** When it was first asked. */
  readonly startedAt: number;
  /** When the answer with the message came. Undefined: no usable answer came. */
  acknowledgedAt?: number;
  messageId?: string;
  /** What came instead, the last time. */
  failure?: string;
}

export interface SendOptions {
  readonly key?: string;
  readonly text?: string;
}

/** A client that keeps a history, spread over the API's processes. */
export interface RigClient {
  readonly history: readonly HistoryEntry[];
  /** Sends a text and keeps it in the history; never throws. */
  send(to: string, options?: SendOptions): Promise<HistoryEntry>;
  /** Repeats with the same key what has no answer, until it has one (H5). */
  repeatUnanswered(): Promise<void>;
  /** Repeats with the same keys what was answered. Answers the keys that now stand for another message. */
  repeatAnswered(): Promise<readonly string[]>;
  status(messageId: string): Promise<string | undefined>;
  untilStatus(messageId: string, status: string): Promise<void>;
}

export interface RigClientDeps {
  /** The next of the API's processes, in turn. */
  readonly nextClient: () => ApiClient;
  readonly channelOf: (to: string) => string;
}

const SEND = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id } userErrors { code message } }
}`;
const STATUS = 'query ($id: ID!) { message(id: $id) { status } }';
/** How many repeat at once what has no answer: what was away for a minute left thousands of those behind. */
const REPEATERS = 32;

export function createRigClient({ nextClient, channelOf }: RigClientDeps): RigClient {
  const history: HistoryEntry[] = [];
  const texts = new Map<HistoryEntry, string>();
  const trySend = async (entry: HistoryEntry) => {
    const content = { text: { text: texts.get(entry) } };
    const input = { channelId: channelOf(entry.to), to: { phoneNumber: entry.to }, content, idempotencyKey: entry.key };
    try {
      const answer = await nextClient().ask<{ sendMessage: { message: { id: string } | null } }>(SEND, { input });
      const id = answer.data?.sendMessage.message?.id;
      if (id === undefined) entry.failure = JSON.stringify(answer);
      else Object.assign(entry, { messageId: id, acknowledgedAt: performance.now() });
    } catch (error) {
      // The process was killed under the call: not acknowledged, which H5 looks at.
      entry.failure = error instanceof Error ? `${error.message}: ${String(error.cause)}` : String(error);
    }
  };
  const untilAnswered = (entry: HistoryEntry) =>
    eventually(
      async () => {
        await trySend(entry);
        if (entry.messageId === undefined) throw new Error(`still unanswered: ${entry.failure ?? ''}`);
      },
      { timeoutMs: 30_000, everyMs: 50 },
    );
  const status = async (messageId: string) => {
    const data = await nextClient().run<{ message: { status: string } | null }>(STATUS, { id: messageId });
    return data.message?.status;
  };
  return {
    history,
    async send(to, options) {
      const entry: HistoryEntry = { key: options?.key ?? randomUUID(), to, startedAt: performance.now() };
      history.push(entry);
      texts.set(entry, options?.text ?? `to ${to}`);
      await trySend(entry);
      return entry;
    },
    async repeatUnanswered() {
      const unanswered = history.filter(({ messageId }) => messageId === undefined);
      const repeat = async () => {
        for (let entry = unanswered.shift(); entry; entry = unanswered.shift()) await untilAnswered(entry);
      };
      await Promise.all(Array.from({ length: REPEATERS }, repeat));
    },
    async repeatAnswered() {
      const answered = history.filter(({ messageId }) => messageId !== undefined);
      const others: string[] = [];
      const repeat = async () => {
        for (let entry = answered.shift(); entry; entry = answered.shift()) {
          const again: HistoryEntry = { key: entry.key, to: entry.to, startedAt: performance.now() };
          texts.set(again, texts.get(entry) ?? '');
          await untilAnswered(again);
          if (again.messageId !== entry.messageId) others.push(entry.key);
        }
      };
      await Promise.all(Array.from({ length: REPEATERS }, repeat));
      return others;
    },
    status,
    async untilStatus(messageId, wanted) {
      await eventually(
        async () => {
          const now = await status(messageId);
          if (now !== wanted) throw new Error(`status is ${now}, not ${wanted}`);
        },
        { timeoutMs: 30_000, everyMs: 50 },
      );
    },
  };
}
