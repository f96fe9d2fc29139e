import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.js';
import { openDatabase } from '../../src/database/open-database.js';
import { pause } from '../../src/lifecycle.js';
import { askFor, watchOperation } from '../../src/operations/ask-for.js';
import type { Operation, OperationKind } from '../../src/operations/operation.js';
import { eventually } from '../support/eventually.js';
import { testLog } from '../support/log.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { topology } from '../support/topology.js';
import { withClient } from '../support/with-client.js';

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }`;
const PUBLISHED = `subscription ($after: Cursor) { eventPublished(after: $after) { event { id type } } }`;
const INBOX = `{ conversations(first: 20) { nodes { id messages(last: 5) { nodes { id status timeline { status } } } } } }`;
/** The whole rate on the embedded log, and where each role has a process; on Kafka in one process beside it, less. */
const SENDS_PER_SECOND = topology() === 'kafka' ? 20 : 50;
const QUERIES_PER_SECOND = topology() === 'kafka' ? 10 : 20;
/**
 * Where the machine is slower than that, no more wait than so many. With 6 both cores were full, and the exchange, which
 * wants the last batch folded within a second, may have to be tried again and again.
 */
const PENDING_MAX = 3;
/** Of these, and of what comes while it goes on, the read models consist. */
const BEFORE = 50;

interface Published {
  readonly eventPublished: { readonly event: { readonly id: string; readonly type: string } };
}

let app: TestApp;
let database: Database;
beforeAll(async () => {
  app = await startTestApp();
  database = openDatabase(app.databaseUrl, testLog, { poolMax: 2 });
});
afterAll(async () => {
  await database.close();
  await app.stop();
});

const send = async (index: number) => {
  const to = { phoneNumber: `+1555010${String(3000 + (index % 40))}` };
  const input = { channelId: app.channelId, to, content: { text: { text: 'Hello' } } };
  const sent = await app.client.run<{ sendMessage: { message: { id: string } | null } }>(SEND, { input });
  return sent.sendMessage.message?.id;
};

async function done(
  kind: OperationKind,
  given: Readonly<Record<string, unknown>> = {},
): Promise<Operation | undefined> {
  const { operation } = await askFor(database, kind, given);
  return watchOperation(database, operation.id, { onLook: () => undefined, signal: new AbortController().signal });
}

/** Sends and asks at a steady rate until it is stopped; keeps what went wrong. */
function startTraffic() {
  const faults: unknown[] = [];
  const pending = new Set<Promise<void>>();
  const sent: (string | undefined)[] = [];
  const stopping = new AbortController();
  const begin = (one: Promise<void>) => {
    const ended = one.catch((error: unknown) => void faults.push(error)).finally(() => pending.delete(ended));
    pending.add(ended);
  };
  const every = async (milliseconds: number, work: (index: number) => Promise<void>) => {
    for (let index = 0; !stopping.signal.aborted; index += 1) {
      if (pending.size < PENDING_MAX) begin(work(index));
      await pause(milliseconds, stopping.signal);
    }
  };
  const sending = every(1_000 / SENDS_PER_SECOND, async (index) => {
    sent.push(await send(index));
  });
  const asking = every(1_000 / QUERIES_PER_SECOND, async () => {
    const { errors } = await app.client.ask(INBOX);
    if (errors !== undefined) faults.push(...errors);
  });
  return {
    ...{ faults, sent },
    async stop() {
      stopping.abort();
      await Promise.all([sending, asking, ...pending]);
    },
  };
}

describe(`rule 15: while ${SENDS_PER_SECOND} messages a second are sent and ${QUERIES_PER_SECOND} queries asked`, () => {
  it('read models are rebuilt and put back, and nobody notices: no error, nothing missed or seen twice, nothing sent', async () => {
    const { cursor } = await app.client.run<{ cursor: string }>('{ cursor }');
    const watch = app.client.watch<Published>(PUBLISHED, { after: cursor });
    const traffic = startTraffic();
    await eventually(() => expect(traffic.sent.length).toBeGreaterThan(BEFORE), { timeoutMs: 60_000 });
    const rebuilt = await done('rebuild');
    const restored = await done('restore-read-models');
    await traffic.stop();
    expect(rebuilt).toMatchObject({ state: 'done', result: { isExchanged: true, differenceCount: 0 } });
    expect(restored).toMatchObject({ state: 'done' });
    expect(traffic.faults).toEqual([]);
    await nothingMissedOrRepeated(watch.items, traffic.sent);
    await watch.stop();
    console.log('rebuild:', traffic.sent.length, 'sends,', JSON.stringify([rebuilt?.result, restored?.result]));
  }, 240_000);
});

/** What was sent is in the journal; what that says of it was seen, each event once; and it was handed over once at most. */
async function nothingMissedOrRepeated(
  seen: readonly Published[],
  sent: readonly (string | undefined)[],
): Promise<void> {
  const ours = new Set(sent);
  const journal = await eventually(
    async () => {
      const rows = (await readJournal()).filter(({ message }) => ours.has(message));
      expect(messagesOf(rows, 'message.accepted').sort()).toEqual([...sent].sort());
      return rows;
    },
    { timeoutMs: 20_000, everyMs: 250 },
  );
  const handedOver = messagesOf(journal, 'message.dispatched');
  expect(handedOver.length).toBe(new Set(handedOver).size);
  const seenIds = () => seen.map(({ eventPublished: { event } }) => event.id);
  await eventually(
    () => {
      const ids = new Set(seenIds());
      expect(journal.filter(({ id }) => !ids.has(id))).toEqual([]);
    },
    { timeoutMs: 20_000, everyMs: 100 },
  );
  expect(seenIds().length).toBe(new Set(seenIds()).size);
}

interface JournalRow {
  readonly id: string;
  readonly type: string;
  readonly message: string | undefined;
}

const readJournal = () =>
  withClient(app.databaseUrl, async (client) => {
    const { rows } = await client.query<JournalRow>(
      `select value->>'id' as id, type, value->>'messageId' as message from read.events`,
    );
    return rows;
  });

const messagesOf = (rows: readonly JournalRow[], wanted: string) =>
  rows.filter(({ type }) => type === wanted).map(({ message }) => message);
