import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Vector } from '../../src/events/kernel/cursor.js';
import type { RecordedEvent } from '../../src/events/kernel/event.js';
import { openCommandBench, type CommandBench } from '../support/command-bench.js';
import { keyOf } from '../../src/events/codec.js';
import { conversationIds, type ContactId, type ConversationId } from '../../src/events/kernel/ids.js';
import type { ParleyEvent } from '../../src/events/catalog.js';
import { at, contactId, conversationId } from '../support/events.js';
import { announcedSeed, createSeededRandom } from '../support/seeded-random.js';
import { openPastRig, OF_CONTACT, OF_CONVERSATION, type PastRig } from './past-rig.js';
import { createStoryTeller, THREADS } from './random-thread.js';

/** More than two snapshots of the first conversation lie within it. */
const EVENTS = 560;
const CURSORS = 500;
const LOOKS_AT_ONCE = 4;
const TIMES = 60;
const MINUTES_MS = 60_000;

const random = createSeededRandom(announcedSeed('A conversation as of a moment'));
const threads = Array.from({ length: THREADS }, (_, thread) => thread);

/** A live view, with where the projector stood when it was taken. */
interface Seen {
  readonly thread: number;
  readonly vector: Vector;
  readonly view: View | null;
}

let bench: CommandBench;
let rig: PastRig;
const history: RecordedEvent<ParleyEvent>[] = [];
const seen: Seen[] = [];

beforeAll(async () => {
  bench = await openCommandBench();
  rig = await openPastRig(bench);
  const told = new Set<string>();
  const last = new Map<number, string>();
  const { next } = createStoryTeller(random);
  for (let count = 0; count < EVENTS; count += 1) {
    const one = await rig.tell(next());
    history.push(one);
    if (!told.has(one.event.id)) last.set(one.position.partition, one.event.recordedAt);
    told.add(one.event.id);
    rig.setNow([...last.values()].sort().at(-1) ?? '');
    const thread = threads.find((nth) => one.event.contactId === contactId(nth)) ?? expect.unreachable();
    const view = await rig.see(conversationId(thread), null, `${OF_CONVERSATION} ${OF_CONTACT}`);
    seen.push({ thread, vector: rig.vector(), view });
  }
  rig.setNow(at(10 * 365 * 86_400));
}, 10 * MINUTES_MS);
afterAll(async () => {
  await rig.stop();
  await bench.stop();
});

describe('a conversation as of a moment', () => {
  it(`is at ${CURSORS} cursors of a history what everybody saw there`, { timeout: 5 * MINUTES_MS }, async () => {
    const ids = new Set<unknown>();
    const looked = random.shuffle(seen).slice(0, CURSORS);
    const look = async ({ thread, vector, view }: Seen) => {
      const asOf = { cursor: rig.cursors.encode(vector) };
      const id = conversationId(thread);
      expect(await rig.see(id, asOf, `${OF_CONVERSATION} ${OF_CONTACT}`)).toEqual(view);
      if (view !== null) ids.add(id);
    };
    const lookOn = async () => {
      for (let one = looked.pop(); one !== undefined; one = looked.pop()) await look(one);
    };
    await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, lookOn));
    expect(ids.size).toBe(THREADS);
  });

  it('is at a time what everybody saw before the first event that was recorded later', async () => {
    for (const { event } of random.shuffle(history).slice(0, TIMES)) {
      const thread = random.between(0, THREADS - 1);
      const id = conversationId(thread);
      const found = await rig.see(
        id,
        { time: event.recordedAt },
        `${OF_CONVERSATION} contact { displayName createdAt }`,
      );
      // Conversation and contact are each cut by their own events.
      const { contact: _apart, ...conversation } = seenBefore(event.recordedAt, thread, id) ?? {};
      const { contact } = seenBefore(event.recordedAt, thread, contactId(thread)) ?? {};
      const { contact: foundContact, ...foundConversation } = found ?? {};
      expect(unsnoozed(foundConversation)).toEqual(unsnoozed(windowJudgedAt(event.recordedAt, conversation)));
      if (found !== null && contact) expect(contact).toMatchObject(foundContact ?? {});
      if (found !== null && contact === null) expect(foundContact).toBeNull();
    }
  }, 120_000);

  it('pages through all that was there, both ways, and through nothing else', async () => {
    for (const { vector } of random.shuffle(seen.filter(({ thread }) => thread === 0)).slice(0, 6)) {
      const asOf = { cursor: rig.cursors.encode(vector) };
      const forward = await walk(asOf, 'first', 'after');
      const backward = (await walk(asOf, 'last', 'before')).reverse();
      expect(backward).toEqual(forward);
      const all = await rig.see(conversationId(0), asOf, 'messages(last: 100) { nodes { sortKey } }');
      expect(forward.slice(-100)).toEqual(pageOf(all).nodes.map(({ sortKey }) => sortKey));
      expect([...forward].sort()).toEqual(forward);
    }
  }, 60_000);

  it('asks Postgres for what a page shows together, and not for each message', async () => {
    const { vector } = seen.filter(({ thread }) => thread === 0).at(-1) ?? expect.unreachable();
    const asOf = { cursor: rig.cursors.encode(vector) };
    const countFor = async (size: number) => {
      const fields = `${OF_CONTACT} messages(first: ${size}) { nodes { id timeline { status } reactions { emoji } replyTo { id }
        contact { id } conversation { unreadCount contact { id } } channel { id } } }`;
      const spy = vi.spyOn(bench.database.pool, 'query');
      await rig.see(conversationId(0), asOf, fields);
      const { length } = spy.mock.calls;
      spy.mockRestore();
      return length;
    };
    // 17 to 20: a kind of thing that no message on the page has isn't asked for.
    expect(await countFor(80)).toBeLessThan(25);
  });

  it('is nothing before its first event, and nothing of another workspace', async () => {
    const before = { time: at(-3_600) };
    for (const thread of threads) expect(await rig.see(conversationId(thread), before, 'id')).toBeNull();
    const asOf = { cursor: rig.cursors.encode(rig.vector()) };
    expect(await rig.see(conversationId(99), asOf, 'id')).toBeNull();
    expect(await rig.see(conversationId(0), asOf, 'id')).not.toBeNull();
    const stranger = await bench.stranger();
    expect(await rig.see(conversationId(0), asOf, 'id', stranger)).toBeNull();
    expect(await rig.see(conversationId(0), { time: at(3_600) }, 'id', stranger)).toBeNull();
  });

  it('waits for what a cursor has seen, and then says that it is not projected yet', async () => {
    const ahead = rig.vector().map((offset) => offset + 1n);
    const asked = rig.see(conversationId(0), { cursor: rig.cursors.encode(ahead) }, 'id');
    await expect(asked).rejects.toThrow('cannot be queried yet');
  });

  it('shows no personal word that was erased since', async () => {
    const { vector } = seen.filter(({ thread }) => thread === 0).at(-1) ?? expect.unreachable();
    const asOf = { cursor: rig.cursors.encode(vector) };
    const fields = 'address unreadCount';
    const before = await rig.see(conversationId(0), asOf, fields);
    expect(before?.['address']).toBe('+15550100000');
    const uuid = conversationIds.toUuid(conversationId(0));
    await bench.database.pool.query('update read.conversations set address = null where id = $1', [uuid]);
    await bench.database.pool.query(
      `update read.events set value = value #- '{data,content}' || jsonb_build_object('data',
        (value -> 'data') - 'content' || '{"sealed": {"keyId": "k", "nonce": "n", "ciphertext": "c"}}')
       where conversation_id = $1 and value -> 'data' ? 'content'`,
      [uuid],
    );
    expect(await rig.see(conversationId(0), asOf, fields)).toEqual({ ...before, address: null });
  });
});

/** The journal holds each event once, where it first stood. */
const isRepeat = (id: string, { partition, offset }: RecordedEvent['position']): boolean =>
  history.some(
    ({ event, position }) => event.id === id && position.partition === partition && position.offset < offset,
  );

/** How the thread looked before the first event of this key that was recorded after the time. */
function seenBefore(time: string, thread: number, key: ConversationId | ContactId): View | null | undefined {
  const partition = bench.log.partitionOf(key);
  const later = history.find(
    ({ event, position }) => keyOf(event) === key && event.recordedAt > time && !isRepeat(event.id, position),
  );
  const until = later?.position.offset ?? rig.vector()[partition] ?? 0n;
  return seen.findLast((one) => one.thread === thread && (one.vector[partition] ?? 0n) <= until)?.view;
}

type View = Readonly<Record<string, unknown>>;

function windowJudgedAt(time: string, view: View): View {
  const window = view['serviceWindow'] as { readonly expiresAt: string | null } | undefined;
  if (window === undefined) return view;
  return { ...view, serviceWindow: { ...window, isOpen: window.expiresAt !== null && time < window.expiresAt } };
}

/** What is over by the time that a view was taken is not shown in it: it doesn't tell what was shown earlier. */
const unsnoozed = ({ snoozedUntil: _over, ...view }: View): View => view;

interface Listed {
  readonly nodes: readonly { readonly sortKey: string }[];
  readonly pageInfo: { readonly startCursor: string | null; readonly endCursor: string | null };
}
const pageOf = (view: Record<string, unknown> | null) => (view?.['messages'] ?? { nodes: [] }) as Listed;

async function walk(asOf: { cursor: string }, size: 'first' | 'last', from: 'after' | 'before'): Promise<string[]> {
  const keys: string[] = [];
  for (let cursor: string | null = null; ;) {
    const place = cursor === null ? '' : `, ${from}: "${cursor}"`;
    const fields = `messages(${size}: 7${place}) { nodes { sortKey } pageInfo { startCursor endCursor } }`;
    const { nodes, pageInfo } = pageOf(await rig.see(conversationId(0), asOf, fields));
    if (nodes.length === 0) return keys;
    const page = nodes.map(({ sortKey }) => sortKey);
    keys.push(...(size === 'first' ? page : page.reverse()));
    cursor = size === 'first' ? pageInfo.endCursor : pageInfo.startCursor;
  }
}
