import { afterEach, describe, expect, it } from 'vitest';
import type { AppOverrides } from '../../src/app.js';
import type { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { describeOnKafka } from '../support/kafka.js';
import { misreading } from '../support/misreading.js';
import { postSigned } from '../support/scripted-carrier.js';
import { openWorld, type World } from './history-world.js';

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { message } } }`;
const INBOX = `{ conversations(first: 10) { nodes { address status unreadCount lastActivityAt createdAt
  contact { displayName }
  messages(last: 20) { nodes { direction status statusAt createdAt providerMessageIds
    failure { code isRetryable providerCode providerMessage } replyTo { direction }
    content { text __typename ... on TextContent { actions { kind text } } ... on LocationContent { latitude longitude } }
    timeline { status occurredAt failure { code providerMessage } } } } } } }`;
const FOLLOW = `subscription { inboxUpdated { kind change { status } message { id } } }`;
const ADDED = `subscription { messageAdded { message { id } } }`;
const MOVED = `subscription { messageStatusChanged { change { status } } }`;
const EVENTS = `subscription { eventPublished { event { type isReinterpreted } } }`;

/** Within the five minutes that a signature counts. */
const T0 = new Date(Math.floor(Date.now() / 1_000) * 1_000);
const at = (seconds: number) => new Date(T0.getTime() + seconds * 1_000);
const OLD = '+15550100001';
const NEW = '+15550100002';

const inbound = (id: string, from: string, second: number, content: object, more: object = {}) => ({
  ...{ type: 'message', id, from, occurredAt: at(second).toISOString(), content },
  ...more,
});
const place = (latitude: number) => ({ kind: 'location', text: 'Here', latitude, longitude: 2 });
const offer = { kind: 'text', text: 'Choose', actions: [{ kind: 'REPLY', text: 'Yes' }] };

let worlds: World[] = [];
afterEach(async () => {
  await Promise.all(worlds.map((world) => world.stop()));
  worlds = [];
}, 60_000);

async function open(isOnKafka: boolean): Promise<World> {
  const world = await openWorld(isOnKafka, at(0));
  worlds.push(world);
  return world;
}

const rows = async (world: World, statement: string) =>
  (await world.query<{ count: number }>(statement))[0]?.count ?? 0;
const journaled = (world: World) => rows(world, 'select count(*)::int as count from read.events');

/** A conversation as it goes: sent to, failed, answered with buttons and a place, and a stranger who shows where he is. */
async function live(world: World, overrides: AppOverrides) {
  world.carrier.script = () => ({ status: 202, body: { id: 'sent-1' } });
  const { client, channelId } = await world.start(overrides);
  const input = { channelId, to: { phoneNumber: OLD }, content: { text: { text: 'Hello' } } };
  await client.run(SEND, { input });
  // Else its receipts are parked, and lose their words.
  const submitted = `select count(*)::int as count from read.events where type = 'message.submitted'`;
  await eventually(async () => expect(await rows(world, submitted)).toBe(1), { timeoutMs: 30_000 });
  const [call] = world.carrier.calls;
  if (call === undefined) throw new Error('It was not called.');
  const post = async (events: readonly object[]) =>
    expect(await postSigned(world.webhookUrl(), call.token, { events })).toBe(200);
  world.setTime(at(60));
  const error = { code: 'recipient_unreachable', message: 'Switched off.' };
  await post([
    { type: 'receipt', id: 'sent-1', reference: call.reference, status: 'sent', occurredAt: at(1).toISOString() },
    { type: 'receipt', id: 'sent-1', status: 'failed', occurredAt: at(2).toISOString(), error, stage: 'DELIVERY' },
    inbound('in-1', OLD, 10, offer, { name: 'Ada', replyTo: 'sent-1' }),
    // A carrier whose clock runs ahead.
    inbound('in-2', OLD, 900, { kind: 'text', text: 'Later' }),
  ]);
  await post([inbound('in-1', OLD, 10, { kind: 'text', text: 'Repeated with other words' })]);
  // A clock that runs ahead is held back to when it is interpreted.
  await eventually(async () => expect(await interpreted(world)).toBe(2), { timeoutMs: 30_000, everyMs: 50 });
  world.setTime(at(120));
  await post([inbound('in-3', OLD, 100, place(1)), inbound('in-4', NEW, 105, place(3), { name: 'Grace' })]);
  await post([{ anything: 'else' }]);
  await eventually(
    async () => {
      const said = await rows(
        world,
        `select count(*)::int as count from read.events
         where type in ('message.received', 'message.sent', 'message.delivery_failed', 'webhook.uninterpreted')`,
      );
      expect(said).toBeGreaterThanOrEqual(7);
      expect(await interpreted(world)).toBe(4);
    },
    { timeoutMs: 30_000, everyMs: 50 },
  );
  return { client, channelId };
}

/** Webhooks that the interpreter has done with. */
const interpreted = (world: World) =>
  rows(world, `select coalesce(sum(next_offset), 0)::int as count from work.positions where consumer = 'interpreter'`);

async function view(client: ApiClient, world: World) {
  const { conversations } = await client.run<{ conversations: { nodes: { address: string; status: string }[] } }>(
    INBOX,
  );
  const windows = await world.query(
    'select address, last_incoming_at from read.conversations order by address collate "C"',
  );
  const inAnyOrder = conversations.nodes.map((one) => ({ ...one, messages: byTime(one) }));
  return { conversations: inAnyOrder.sort((a, b) => (a.address < b.address ? -1 : 1)), windows };
}

/** What is read later stands later in the journal's order: positions are all that may differ. */
const byTime = (conversation: object): readonly unknown[] =>
  (conversation as { messages: { nodes: { createdAt: string; direction: string }[] } }).messages.nodes
    .map((message) => ({ message, key: `${message.createdAt} ${message.direction}` }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ message }) => message);

function suite(isOnKafka: boolean) {
  it('mends what a wrong adapter made of history, as if the right one had been there: sends, notifies and reopens nothing', async () => {
    const right = await open(isOnKafka);
    const expected = await view((await live(right, {})).client, right);
    await right.halt();

    const wrong = await open(isOnKafka);
    const misread = await view((await live(wrong, { exchangeAdapters: misreading })).client, wrong);
    expect(misread).not.toEqual(expected);
    await wrong.halt();
    await wrong.query(`update read.conversations set status = 'CLOSED' where address = '${OLD}'`);

    wrong.setTime(at(86_400));
    const { client, channelId } = await wrong.start();
    const inbox = client.watch<{ inboxUpdated: { kind: string } }>(FOLLOW);
    const events = client.watch<{ eventPublished: { event: { isReinterpreted: boolean } } }>(EVENTS);
    const quiet = [client.watch(ADDED), client.watch(MOVED)];
    const before = await journaled(wrong);
    const positions = () =>
      wrong.query(`select * from work.positions where consumer = 'interpreter' order by partition`);
    const stood = await positions();

    const dry = await wrong.operate('reinterpret', { isDryRun: true });
    expect(await journaled(wrong)).toBe(before);
    expect(await view(client, wrong)).toMatchObject({ windows: misread.windows });
    const line = (type: string, counts: object) => ({ channelId, type, new: 0, corrected: 0, unchanged: 0, ...counts });
    const counted = {
      webhooks: { read: 4, erased: 0, foreign: 0, leftOut: 0 },
      events: [
        line('message.delivery_failed', { corrected: 1 }),
        line('message.received', { new: 2, corrected: 1, unchanged: 1 }),
        line('message.sent', { unchanged: 1 }),
      ],
      repeats: 1,
      left: { notUnderstood: 1 },
      unread: 0,
    };
    expect(dry).toEqual({ isDryRun: true, ...counted });

    expect(await wrong.operate('reinterpret', { isDryRun: false })).toEqual({ isDryRun: false, ...counted });
    const mended = await view(client, wrong);
    const closed = expected.conversations.map((one) => (one.address === OLD ? { ...one, status: 'CLOSED' } : one));
    expect(mended).toEqual({ ...expected, conversations: closed });
    // Two corrections, two messages, and the two events of the stranger's thread.
    const after = await journaled(wrong);
    expect(after).toBe(before + 6);

    await eventually(() => expect(events.items).toHaveLength(6), { timeoutMs: 20_000 });
    const kinds = ['CONVERSATION_UPDATED', ...Array<string>(4).fill('MESSAGE_UPDATED')];
    await eventually(() => expect(inbox.items.map(({ inboxUpdated }) => inboxUpdated.kind).sort()).toEqual(kinds));
    expect(events.items.every(({ eventPublished }) => eventPublished.event.isReinterpreted)).toBe(true);
    expect(quiet.map(({ items }) => items)).toEqual([[], []]);
    await Promise.all([inbox, events, ...quiet].map((watch) => watch.stop()));

    const again = await wrong.operate('reinterpret', { isDryRun: false });
    expect(again).toMatchObject({
      events: [
        line('message.delivery_failed', { unchanged: 1 }),
        line('message.received', { unchanged: 4 }),
        line('message.sent', { unchanged: 1 }),
      ],
    });
    expect(await journaled(wrong)).toBe(after);
    expect(wrong.carrier.calls).toHaveLength(1);
    expect(await positions()).toEqual(stood);
  }, 180_000);

  it('gives a dead letter again to the interpreter, which has nothing new to say of it', async () => {
    const world = await open(isOnKafka);
    await live(world, {});
    const before = await journaled(world);
    await world.query(
      `insert into work.dead_letters (consumer, topic, partition, "offset", reason)
       select 'interpreter', 'webhooks', partition, next_offset - 1, 'as it was then' from work.positions
       where consumer = 'interpreter' and next_offset > 0`,
    );
    expect(await world.operate('redrive', { isForgetting: false })).toMatchObject({ taken: 1, refused: 0, gone: 0 });
    expect(await rows(world, 'select count(*)::int as count from work.dead_letters')).toBe(0);
    expect(await journaled(world)).toBe(before);
  }, 180_000);
}

describe('reinterpret and redrive on the embedded log', () => suite(false));
describeOnKafka('reinterpret and redrive on Kafka', () => suite(true));
