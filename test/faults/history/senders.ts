import { pause } from '../../../src/lifecycle.js';
import type { ApiClient, GraphqlAnswer } from '../../support/api-client.js';
import type { SeededRandom } from '../../support/seeded-random.js';
import type { HistorySend } from './judge-history.js';

/**
 * What a sender does about a send:
 * - `insist`: repeats with the same key until it is acknowledged (README: "repeating is safe").
 * - `giveUp`: tries once with a key and goes on to the next message, whatever came.
 * - `keyless`: tries once without a key; to repeat it would be another message.
 * - `twice`: the same key at two of the API's processes at the same moment, then as `insist`.
 */
type Manner = 'insist' | 'giveUp' | 'keyless' | 'twice';

/** How many of a hundred. */
const MANNERS = [...many('insist', 75), ...many('giveUp', 11), ...many('keyless', 11), ...many('twice', 3)] as const;
/** Some ask again although they were answered, as a client whose connection broke would. */
const ASK_AGAIN_SHARE = 0.03;
const INSIST_FOR_MS = 60_000;
const PAUSE_AFTER_FAILURE_MS = 250;

export interface Sent extends HistorySend {
  acknowledgedAt?: number;
  readonly messageIds: string[];
}

export interface SendersOptions {
  readonly count: number;
  readonly clients: readonly ApiClient[];
  readonly channelId: string;
  readonly random: SeededRandom;
  /** Looked at between two messages of a sender. */
  isEnough(): boolean;
}

/** What the senders saw, as it grows. */
export interface Senders {
  readonly history: readonly Sent[];
  readonly figures: { acknowledged: number; unavailable: number; dropped: number; slowestMs: number };
  /** Answers that no fault excuses: neither a message nor `UNAVAILABLE`. */
  readonly unexpected: readonly string[];
  /** Resolves when each has finished its last message. */
  readonly finished: Promise<void>;
  /** Repeats what has a key and no answer until each has one. */
  repeatUnanswered(): Promise<void>;
}

const SEND = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id } userErrors { code message } }
}`;
type SendAnswer = GraphqlAnswer<{
  sendMessage: { message: { id: string } | null; userErrors: readonly { code: string }[] };
}>;

/** Each sender writes to a contact of its own, one message after another. */
export function startSenders(options: SendersOptions): Senders {
  const history: Sent[] = [];
  const unexpected: string[] = [];
  const figures = { acknowledged: 0, unavailable: 0, dropped: 0, slowestMs: 0 };
  const trySend = createTry(options, { figures, unexpected });
  const insist = async (send: Sent) => {
    const until = performance.now() + INSIST_FOR_MS;
    while (send.acknowledgedAt === undefined && performance.now() < until) {
      await pause(options.random.between(0, PAUSE_AFTER_FAILURE_MS));
      await trySend(send);
    }
  };
  const sendOne = async (to: string, number: number) => {
    const manner = options.random.pick(MANNERS);
    const send = newSend(to, number, manner);
    history.push(send);
    await (manner === 'twice' ? Promise.all([trySend(send), trySend(send)]) : trySend(send));
    if (manner === 'insist' || manner === 'twice') await insist(send);
    if (send.acknowledgedAt === undefined) await pause(options.random.between(0, PAUSE_AFTER_FAILURE_MS));
    else if (send.key !== undefined && options.random.next() < ASK_AGAIN_SHARE) await trySend(send);
  };
  const sendAll = async (sender: number) => {
    const to = `+1555010${String(1_000 + sender)}`;
    for (let number = 0; !options.isEnough(); number += 1) await sendOne(to, number);
  };
  const finished = Promise.all(Array.from({ length: options.count }, (_, sender) => sendAll(sender)));
  return {
    ...{ history, figures, unexpected, finished: finished.then(() => undefined) },
    async repeatUnanswered() {
      const unanswered = history.filter(({ key, acknowledgedAt }) => key !== undefined && acknowledgedAt === undefined);
      await Promise.all(
        Array.from({ length: options.count }, async () => {
          for (let send = unanswered.shift(); send; send = unanswered.shift()) await insist(send);
        }),
      );
    },
  };
}

function newSend(to: string, number: number, manner: Manner): Sent {
  const name = `${to} number ${number}`;
  const isKeyed = manner !== 'keyless';
  return { name, to, ...(isKeyed ? { key: `key of ${name}` } : {}), startedAt: performance.now(), messageIds: [] };
}

/** One call, at the next of the API's processes; puts what came of it into the send. Never throws. */
function createTry(
  { clients, channelId }: SendersOptions,
  { figures, unexpected }: { figures: Senders['figures']; unexpected: string[] },
): (send: Sent) => Promise<void> {
  let turn = 0;
  return async (send) => {
    const began = performance.now();
    const answer = await ask(clients[turn++ % clients.length], channelId, send);
    const now = performance.now();
    figures.slowestMs = Math.max(figures.slowestMs, now - began);
    const id = answer?.data?.sendMessage.message?.id;
    if (id !== undefined) {
      figures.acknowledged += send.acknowledgedAt === undefined ? 1 : 0;
      send.acknowledgedAt ??= now;
      send.messageIds.push(id);
    } else if (answer === undefined) figures.dropped += 1;
    else if (answer.errors?.[0]?.extensions.code === 'UNAVAILABLE') figures.unavailable += 1;
    else unexpected.push(JSON.stringify(answer));
  };
}

/** Undefined: the connection ended without an answer. */
async function ask(client: ApiClient | undefined, channelId: string, send: Sent): Promise<SendAnswer | undefined> {
  const { key: idempotencyKey, name: text, to: phoneNumber } = send;
  const input = { channelId, to: { phoneNumber }, content: { text: { text } }, idempotencyKey };
  try {
    return await client?.ask(SEND, { input });
  } catch {
    return undefined;
  }
}

function many(manner: Manner, count: number): readonly [Manner, ...Manner[]] {
  return [manner, ...Array.from({ length: count - 1 }, () => manner)];
}
