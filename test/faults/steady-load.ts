import { expect } from 'vitest';
import { pause } from '../../src/lifecycle.js';
import { eventually } from '../support/eventually.js';
import type { CarrierAnswer, CarrierCall } from '../support/scripted-carrier.js';
import { withClient } from '../support/with-client.js';
import { incoming, receipt, type Rig } from './rig.js';

/** Contacts are shared by all senders, so that dispatchers meet at their lanes. */
const CONTACTS = 24;
const EASY = { senders: 3, everyMs: 60 };
/** One call of so many is taken and not answered, put off for a second, or finds the provider away. */
const DROP_EVERY = 10;
const THROTTLE_EVERY = 97;
const AWAY_EVERY = 53;
/** One call of so many is followed by a message of the contact's. */
const REPLY_EVERY = 4;
/** A provider posts again until it gets its 200. */
const POST_AGAIN_MS = 250;
const POST_FOR_MS = 120_000;

/** Sends to and fro without end: texts go out, and the carrier says what becomes of them and lets some be answered. */
export interface SteadyLoad {
  /** Sends that were asked for so far, and webhooks that were answered 200. */
  counts(): { readonly sends: number; readonly webhooks: number };
  /** No more sends; resolves when each webhook so far was taken. */
  pause(): Promise<void>;
  resume(): void;
  /**
   * After `pause`: every message that the carrier took is delivered, and each incoming one is there once.
   * @param others delivered messages that are none of this load's
   */
  check(others?: number): Promise<void>;
}

export interface LoadOptions {
  readonly senders: number;
  /** Between the answer to a send and the sender's next one. */
  readonly everyMs: number;
}

export function startLoad(rig: Rig, { senders: count, everyMs }: LoadOptions = EASY): SteadyLoad {
  const delivered = new Set<string>();
  const received: string[] = [];
  const posting = new Set<Promise<void>>();
  let senders: readonly Promise<void>[] = [];
  let isPaused = false;
  let webhooks = 0;

  const post = (call: CarrierCall, webhook: unknown) => {
    const posted = eventually(async () => expect(await rig.post(call, webhook)).toBe(200), {
      ...{ timeoutMs: POST_FOR_MS, everyMs: POST_AGAIN_MS },
    }).then(() => void (webhooks += 1));
    posting.add(posted);
    const forget = () => posting.delete(posted);
    void posted.then(forget, () => undefined);
    return posted;
  };
  const report = async (call: CarrierCall, n: number) => {
    delivered.add(call.reference);
    await Promise.all([post(call, receipt(call, 'sent')), post(call, receipt(call, 'delivered'))]);
    if (n % REPLY_EVERY !== 0) return;
    received.push(`reply-${n}`);
    await post(call, incoming(`reply-${n}`, call.to, `Answer ${n}`));
  };
  rig.carrier.script = (call): CarrierAnswer => {
    const n = rig.carrier.calls.length;
    if (n % THROTTLE_EVERY === 0) return THROTTLED;
    if (n % AWAY_EVERY === 0) return AWAY;
    // A failed post stays in `posting`, and `pause` throws it.
    report(call, n).catch(() => undefined);
    return n % DROP_EVERY === 0 ? 'drop' : 'accept';
  };
  const send = async (sender: number) => {
    for (let n = sender; !isPaused; n += 1) {
      await rig.send(contact((n * 7) % CONTACTS));
      await pause(everyMs);
    }
  };
  const resume = () => {
    isPaused = false;
    senders = Array.from({ length: count }, (_, sender) => send(sender));
  };
  resume();
  return {
    counts: () => ({ sends: rig.history.length, webhooks }),
    async pause() {
      isPaused = true;
      await Promise.all(senders);
      await Promise.all(posting);
    },
    resume,
    check: (others = 0) => checkReports(rig.directUrl, delivered.size + others, received),
  };
}

const THROTTLED: CarrierAnswer = { status: 429, body: {}, headers: { 'retry-after': '1' } };
const AWAY: CarrierAnswer = { status: 503, body: { error: { code: 'unavailable', message: 'Come back later.' } } };

const contact = (n: number) => `+155501004${String(n).padStart(2, '0')}`;

async function checkReports(url: string, reported: number, received: readonly string[]): Promise<void> {
  await withClient(url, async (client) => {
    const found = await client.query<{ providerId: string }>(
      `select value->'data'->>'providerMessageId' as "providerId" from read.events where type = 'message.received'`,
    );
    expect(found.rows.map(({ providerId }) => providerId).sort(), 'each incoming message once').toEqual(
      received.toSorted(),
    );
    const statuses = await client.query<{ status: string; count: bigint }>(
      `select m.status, count(*) from read.messages m
       where m.direction = 'OUTGOING' and exists (
         select from read.events e where e.message_id = m.id and e.type = 'message.delivered') group by 1`,
    );
    expect(statuses.rows, 'what the carrier took is delivered').toEqual([
      { status: 'DELIVERED', count: BigInt(reported) },
    ]);
  });
}

/** Transactions that waited in a circle: Postgres ended one of each. A session tells at its end at the latest. */
export async function checkNoDeadlock(rig: Rig): Promise<void> {
  await rig.kill('all', 'SIGTERM');
  await withClient(rig.directUrl, async (client) => {
    const { rows } = await client.query('select deadlocks from pg_stat_database where datname = current_database()');
    expect(rows, 'nobody waited in a circle').toEqual([{ deadlocks: 0n }]);
  });
}
