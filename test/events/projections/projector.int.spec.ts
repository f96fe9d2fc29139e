import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messageIds } from '../../../src/events/kernel/ids.js';
import { evolveMessage } from '../../../src/events/message/evolve.js';
import type { MessageEvent } from '../../../src/events/message/events.js';
import type { MessageState } from '../../../src/events/message/state.js';
import { messageFromRow } from '../../../src/events/projections/rows.js';
import { messages } from '../../../src/schema/tables/read.js';
import { readModelDigests } from '../../support/digests.js';
import { acceptedData, conversationId, event, eventId, messageId, recorded } from '../../support/events.js';
import { eventually } from '../../support/eventually.js';
import { history, seed } from '../message/histories.js';
import { openProjectorRig, type ProjectorRig } from './projector-rig.js';
import { story } from './story.js';

describe('the projector', () => {
  let rig: ProjectorRig;
  beforeEach(async () => {
    rig = await openProjectorRig();
  });
  afterEach(() => rig.close());

  const count = async (table: string) =>
    Number((await rig.rows<{ count: bigint }>(`select count(*) from read.${table}`))[0]?.count);

  it('makes rows, a timeline with its moves, and the journal of one story', async () => {
    await rig.startProjector();
    await rig.append(...story(1));
    await rig.caughtUp();
    const [row] = await rig.rows<Record<string, unknown>>('select * from read.messages where id = $1', [
      messageIds.toUuid(messageId(1)),
    ]);
    expect(row).toMatchObject({ status: 'READ', provider_message_ids: ['p-1'], direction: 'OUTGOING' });
    const timeline = await rig.rows<{ status: string; is_move: boolean }>(
      'select status, is_move from read.timeline where message_id = $1 order by "offset"',
      [messageIds.toUuid(messageId(1))],
    );
    expect(timeline.map(({ status, is_move }) => [status, is_move])).toEqual([
      ['ACCEPTED', true],
      ['PROCESSING', true],
      ['PROCESSING', false],
      ['SENT', true],
      ['DELIVERED', true],
      ['READ', true],
    ]);
    expect(await rig.rows('select address, incoming_count, read_incoming_count from read.conversations')).toEqual([
      { address: '+15550100001', incoming_count: 1, read_incoming_count: 0 },
    ]);
    expect(await count('contact_addresses')).toBe(1);
    expect(await count('events')).toBe(9);
  });

  it('tells those who wait for the journal, once a batch', async () => {
    const wakes: string[] = [];
    const stop = rig.database.onWake('parley_journal', (payload) => wakes.push(payload));
    await rig.startProjector();
    await rig.append(...story(1));
    await eventually(() => expect(wakes.length).toBeGreaterThan(0));
    stop();
  });

  it('rule 11, F17: a repeated event changes nothing, at once and much later', async () => {
    await rig.startProjector();
    await rig.append(...story(1), ...story(1), ...story(2));
    await rig.caughtUp();
    const { positions, ...before } = await readModelDigests(rig.url);
    await rig.append(...story(1).reverse(), ...story(2));
    await rig.caughtUp();
    const { positions: moved, ...after } = await readModelDigests(rig.url);
    expect(after).toEqual(before);
    expect(moved).not.toBe(positions);
    expect(await count('events')).toBe(18);
    expect(await rig.rows('select distinct incoming_count from read.conversations')).toEqual([{ incoming_count: 1 }]);
  });

  it('F18: a receipt before its message shows nothing until the message is there', async () => {
    await rig.startProjector();
    const [, , accepted, , , sent, delivered] = story(1);
    if (!accepted || !sent || !delivered) throw new Error('The story has all three.');
    await rig.append(delivered);
    await rig.caughtUp();
    const direction = () => rig.rows('select direction, status from read.messages');
    expect(await direction()).toEqual([{ direction: null, status: 'DELIVERED' }]);
    await rig.append(accepted, sent);
    await rig.caughtUp();
    expect(await direction()).toEqual([{ direction: 'OUTGOING', status: 'DELIVERED' }]);
    const moves = await rig.rows('select status, is_move from read.timeline order by "offset"');
    expect(moves).toEqual([
      { status: 'DELIVERED', is_move: false },
      { status: 'ACCEPTED', is_move: true },
      { status: 'SENT', is_move: false },
    ]);
  });

  it(`rule 13: rows are what the fold makes of random histories (SEED=${seed})`, async () => {
    await rig.startProjector();
    const histories = fc.sample(history, { numRuns: 40, seed }).map((events, index) =>
      events.map(({ event: one }, offset): MessageEvent => ({
        ...one,
        id: eventId(index * 100 + offset + 1),
        messageId: messageId(index + 1),
        conversationId: conversationId(index + 1),
      })),
    );
    for (const events of histories) await rig.append(...events);
    await rig.caughtUp();
    const found = (await rig.database.orm.select().from(messages)).map(messageFromRow);
    expect(found).toHaveLength(histories.length);
    for (const events of histories) {
      const folded = events.reduce<MessageState | undefined>(
        (state, one, offset) => evolveMessage(state, recorded(one, offset)),
        undefined,
      );
      const row = found.find(({ id }) => id === events[0]?.messageId);
      expect({ ...row, addedAt: null }).toEqual({ ...folded, addedAt: null });
    }
  });

  it('H3: read models dropped and folded anew have the same digests', async () => {
    const first = await rig.startProjector();
    for (let n = 1; n <= 30; n += 1) await rig.append(...story(n), ...story(n).slice(4));
    await rig.caughtUp();
    await first.stop();
    const before = await readModelDigests(rig.url);
    for (const table of Object.keys(before)) await rig.rows(`truncate read.${table}`);
    expect(await readModelDigests(rig.url)).not.toEqual(before);
    await rig.startProjector();
    await rig.caughtUp();
    expect(await readModelDigests(rig.url)).toEqual(before);
  });

  it('rule 10, F13: two projectors at the same time apply everything once', async () => {
    await Promise.all([rig.startProjector(), rig.startProjector()]);
    for (let n = 1; n <= 20; n += 1) await rig.append(...story(n));
    await rig.caughtUp();
    expect(await count('events')).toBe(180);
    expect(await rig.rows('select distinct incoming_count from read.conversations')).toEqual([{ incoming_count: 1 }]);
  });

  it('F5: a projector whose connections are killed again and again leaves no gap and applies nothing twice', async () => {
    const projector = await rig.startProjector();
    for (let n = 1; n <= 20; n += 1) {
      await eventually(() => rig.append(...story(n)));
      if (n % 4 === 0) await rig.rows(KILL_OTHERS);
    }
    await rig.caughtUp();
    expect(projector.state()).toMatchObject({ isRunning: true });
    expect(await count('events')).toBe(180);
    expect(await rig.rows('select distinct incoming_count from read.conversations')).toEqual([{ incoming_count: 1 }]);
  });

  it('what Postgres cannot hold does not stop it', async () => {
    const projector = await rig.startProjector();
    await rig.append(event({ type: 'message.accepted', n: 1, data: acceptedData(1, 'a\0b\ud800c') }));
    await rig.caughtUp();
    expect(projector.state().isRunning).toBe(true);
    const texts = await rig.rows(`select content->>'text' as text from read.messages`);
    expect(texts).toEqual([{ text: 'a\ufffdb\ufffdc' }]);
  });
});

const KILL_OTHERS = `
  select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
