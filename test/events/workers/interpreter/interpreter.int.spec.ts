import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appendEvents } from '../../../../src/events/workers/interpreter/append-events.js';
import { channelId, contactId, conversationId, event, receivedData, workspaceId } from '../../../support/events.js';
import { eventually } from '../../../support/eventually.js';
import { incoming, openInboundRig, receipt, TOKEN, type InboundRig } from '../../../support/inbound-rig.js';

let rig: InboundRig;
beforeEach(async () => {
  rig = await openInboundRig();
});
afterEach(() => rig.close());

const taken = async (webhook: unknown, channel = 1) => expect((await rig.post(webhook, { channel })).status).toBe(200);

describe('an incoming message', () => {
  it('rules 5 and 8: opens its thread once, before the message, each event under its own key', async () => {
    await rig.interpret();
    await taken(incoming('in-1', 'Hello', { name: 'Ada' }));
    await taken(incoming('in-2', 'Anyone?', { name: 'Ada' }));
    await eventually(() => expect(rig.events('message.received')).toHaveLength(2));
    const [opened, ...more] = rig.events('conversation.opened');
    expect(more).toEqual([]);
    expect(rig.events('contact.created')).toMatchObject([
      { contactId: opened?.contactId, data: { content: { address: '+15550100000', displayName: 'Ada' } } },
    ]);
    const [first, second] = rig.events('message.received');
    expect(first).toMatchObject({
      ...{ workspaceId: workspaceId(), channelId: channelId(1), conversationId: opened?.conversationId },
      causationId: expect.stringMatching(/^raw_/),
      data: {
        ...{ contentKind: 'text', textBytes: 5, mediaCount: 0, providerMessageId: 'in-1' },
        content: { address: '+15550100000', message: { kind: 'text', text: 'Hello' } },
      },
    });
    expect(second).toMatchObject({ conversationId: first?.conversationId, contactId: first?.contactId });
    expect(second?.messageId).not.toBe(first?.messageId);
  });

  it('F20, rules 6 and 7: the same webhook 100 times at once, and once in another body, is one message', async () => {
    await rig.project();
    await rig.interpret();
    const webhook = incoming('in-1', 'Hello');
    await Promise.all(Array.from({ length: 100 }, () => taken(webhook)));
    await taken({ events: [{ ...webhook, name: undefined, occurredAt: new Date().toISOString() }] });
    await taken(incoming('in-2', 'Bye'));
    await eventually(async () => {
      const found = await rig.direct.query(
        'select incoming_count - read_incoming_count as unread from read.conversations',
      );
      expect(found.rows).toEqual([{ unread: 2 }]);
    });
    const journaled = await rig.direct.query(`select id from read.events where type = 'message.received'`);
    expect(journaled.rows).toHaveLength(2);
    expect(new Set(rig.events('message.received').map(({ messageId }) => messageId)).size).toBe(2);
  });

  it('happened no later than it was recorded', async () => {
    await rig.interpret();
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    await taken(incoming('in-1', 'Hello', { occurredAt: tomorrow }));
    await eventually(() => expect(rig.events('message.received')).toHaveLength(1));
    const [message] = rig.events('message.received');
    expect(message?.occurredAt).toBe(message?.recordedAt);
  });

  it('tells a new name once, from either thread of ours', async () => {
    await rig.project();
    await rig.interpret();
    const said = async (id: string, name: string) => {
      await taken(incoming(id, 'Hi', { name }));
      await eventually(async () => {
        const found = await rig.direct.query('select display_name as name from read.contacts');
        expect(found.rows).toEqual([{ name }]);
      });
    };
    await said('in-1', 'Ada');
    await said('in-2', 'Ada');
    await said('in-3', 'Bela');
    await said('in-4', 'Ada');
    const names = rig.events('contact.profile_changed').map((event) => event.data.content?.displayName);
    expect(names).toEqual(['Bela', 'Ada']);
  });

  it('names the message of ours that it answers', async () => {
    const { messageId } = await rig.dispatch({ state: 'settled' });
    await rig.recordProviderId(messageId, 'out-1');
    await rig.interpret();
    await taken(incoming('in-1', 'Yes', { replyTo: 'out-1' }));
    await taken(incoming('in-2', 'What?', { replyTo: 'out-unheard-of' }));
    await eventually(() => expect(rig.events('message.received')).toHaveLength(2));
    expect(rig.events('message.received').map(({ data }) => data.replyToMessageId)).toEqual([messageId, undefined]);
  });

  it('of two channels are two threads, though the address is one', async () => {
    await rig.interpret();
    await taken(incoming('in-1', 'Hello'), 1);
    await taken(incoming('in-1', 'Hello'), 2);
    await eventually(() => expect(rig.events('message.received')).toHaveLength(2));
    const [one, other] = rig.events('message.received');
    expect(one?.conversationId).not.toBe(other?.conversationId);
    expect(one?.messageId).not.toBe(other?.messageId);
  });

  it('with NUL and halves of characters in it stops nobody', async () => {
    await rig.project();
    await rig.interpret();
    await taken(incoming('in-1', 'a\0b\ud800c', { name: '\ud800\0' }));
    await taken(incoming('in-2', 'after'));
    await eventually(async () => {
      const found = await rig.direct.query(`select content->>'text' as text from read.messages order by added_offset`);
      expect(found.rows).toEqual([{ text: 'a\ufffdb\ufffdc' }, { text: 'after' }]);
    });
  });
});

describe('a receipt', () => {
  it('finds its message by the echo, and settles its call', async () => {
    const { messageId, reference } = await rig.dispatch();
    await rig.interpret();
    await taken(receipt('out-1', 'sent', { reference }));
    await eventually(() => expect(rig.events('message.sent')).toHaveLength(1));
    expect(rig.events('message.sent')).toMatchObject([
      {
        ...{ messageId, conversationId: conversationId(), contactId: contactId() },
        data: { attempt: 1, part: 0, providerMessageId: 'out-1' },
      },
    ]);
    expect(await rig.dispatchState(messageId)).toBe('settled');
  });

  it('keeps the id that it brought, for receipts that echo nothing', async () => {
    const { messageId, reference } = await rig.dispatch({ state: 'unknown' });
    await rig.interpret();
    await taken(receipt('out-1', 'sent', { reference }));
    await taken(receipt('out-1', 'read'));
    await eventually(() => expect(rig.events('message.read')).toHaveLength(1));
    expect(rig.events('message.read')[0]).toMatchObject({ messageId, conversationId: conversationId() });
    expect(rig.events('receipt.orphaned')).toEqual([]);
  });

  it.each(['waiting', 'claimed', 'cancelled'])('changes no row that is %s', async (state) => {
    const { messageId, reference } = await rig.dispatch({ state });
    await rig.interpret();
    await taken(receipt('out-1', 'sent', { reference }));
    await eventually(() => expect(rig.events('message.sent')).toHaveLength(1));
    expect(await rig.dispatchState(messageId)).toBe(state);
  });

  it('rule 18: lets the next message of the conversation go when it settles the call before it', async () => {
    const first = await rig.dispatch({ state: 'calling', offset: 1 });
    await rig.dispatch({ state: 'waiting', offset: 2, calledAt: null });
    await rig.direct.query(
      `insert into work.lanes (conversation_id, channel_id, run_at)
       select conversation_id, channel_id, now() + interval '1 minute' from work.dispatches limit 1`,
    );
    await rig.interpret();
    await taken(receipt('out-1', 'sent', { reference: first.reference }));
    await eventually(async () => {
      const lanes = await rig.direct.query<{ due: boolean }>('select run_at <= now() as due from work.lanes');
      expect(lanes.rows).toEqual([{ due: true }]);
    });
  });

  it("with another channel's echo counts as one without", async () => {
    const { messageId, reference } = await rig.dispatch({ channel: 1 });
    await rig.interpret();
    await taken(receipt('out-1', 'delivered', { reference }), 2);
    await eventually(() => expect(rig.events('receipt.orphaned')).toHaveLength(1));
    expect(rig.events('message.delivered')).toEqual([]);
    expect(await rig.dispatchState(messageId)).toBe('calling');
  });

  it('rule 13: of a failure says the stage as the provider does, and leaves the rest to the fold', async () => {
    const { reference } = await rig.dispatch();
    await rig.interpret();
    const error = { code: 'recipient_unreachable', message: 'Nobody home.' };
    await taken(receipt('out-1', 'failed', { reference, error }));
    await taken(receipt('out-2', 'failed', { reference, error, stage: 'DELIVERY' }));
    await taken(receipt('out-3', 'failed', { reference, stage: 'SENDING' }));
    await eventually(() => expect(rig.events('message.send_failed')).toHaveLength(1));
    expect(rig.events('message.delivery_failed').map(({ data }) => data)).toMatchObject([
      { stage: 'UNKNOWN', failure: { code: 'RECIPIENT_UNREACHABLE' }, content: { providerMessage: 'Nobody home.' } },
      { stage: 'DELIVERY' },
    ]);
    expect(rig.events('message.send_failed')[0]?.data.failure.code).toBe('UNKNOWN');
  });

  it('rule 7: has the same event id whichever webhook said it', async () => {
    const { reference } = await rig.dispatch();
    await rig.interpret();
    await taken(receipt('out-1', 'read', { reference }));
    await taken({ events: [receipt('out-1', 'read')] });
    await taken(receipt('out-1', 'delivered'));
    await eventually(() => expect(rig.events('message.delivered')).toHaveLength(1));
    expect(new Set(rig.events('message.read').map(({ id }) => id)).size).toBe(1);
  });
});

describe('what nobody understands', () => {
  it('is told for the operator, each by its place, and spoils nothing beside it', async () => {
    await rig.interpret();
    await taken({ events: [{ type: 'poll' }, incoming('in-1', 'Hello'), incoming('in-2', 'x', { from: 'me' })] });
    await taken(Buffer.from('{"a":'));
    await eventually(() => expect(rig.events('webhook.uninterpreted')).toHaveLength(3));
    expect(rig.events('webhook.uninterpreted').map(({ data }) => data.index)).toEqual([0, 2, 0]);
    await eventually(() => expect(rig.events('message.received')).toHaveLength(1));
    const [told] = rig.events('webhook.uninterpreted');
    expect(told).toMatchObject({ channelId: channelId(1), causationId: expect.stringMatching(/^raw_/) });
    expect(JSON.stringify(rig.events('webhook.uninterpreted'))).not.toContain('poll');
  });

  it('rule 14: foreign records are dead letters with their place, tombstones are passed over', async () => {
    const foreign = { key: 'nobody', partitionKey: channelId(1), headers: {}, value: Buffer.from('{}') };
    const at = await rig.log.append('webhooks', foreign);
    await rig.direct.query(
      `update log.records set value = null where topic = 'webhooks' and "offset" = $1 and partition = $2`,
      [(await rig.log.append('webhooks', foreign)).offset, at.partition],
    );
    await rig.interpret();
    await taken(incoming('in-1', 'Hello'));
    await eventually(() => expect(rig.events('message.received')).toHaveLength(1));
    await eventually(async () => {
      const letters = await rig.direct.query('select consumer, topic, partition, "offset" from work.dead_letters');
      expect(letters.rows).toEqual([{ consumer: 'interpreter', topic: 'webhooks', ...at }]);
    });
  });

  it('of a channel that is gone waits for the operator too', async () => {
    await rig.putChannel(7, TOKEN);
    await taken(incoming('in-1', 'Hello'), 7);
    await rig.direct.query(`delete from config.channels where name = 'channel 7'`);
    await rig.direct.query(`select pg_notify('parley_channels', $1)`, [channelId(7)]);
    await eventually(async () => expect((await rig.post({}, { channel: 7 })).status).toBe(404));
    await rig.interpret();
    await eventually(() => {
      const reasons = rig.events('webhook.uninterpreted').map(({ data }) => data.reason);
      expect(reasons).toContain('The channel is not known.');
    });
    expect(rig.events('message.received')).toEqual([]);
  });
});

describe('rule 10: the position follows the acknowledgement', () => {
  const position = async () => {
    const found = await rig.direct.query<{ sum: string }>(
      `select coalesce(sum(next_offset), 0)::int as sum from work.positions where consumer = 'interpreter'`,
    );
    return found.rows[0]?.sum;
  };

  it('a batch whose position could not be stored is said again, under the same ids', async () => {
    await rig.project();
    const hold = rig.proxy.holdStatement(({ sql }) => /update work\.positions set next_offset/.test(sql));
    await rig.interpret();
    await taken(incoming('in-1', 'Hello', { name: 'Ada' }));
    await hold.reached;
    await eventually(() => expect(rig.events('message.received')).toHaveLength(1));
    expect(await position()).toBe(0);
    rig.proxy.cut();
    hold.release();
    rig.proxy.heal();
    await eventually(async () => expect(await position()).toBe(1), { timeoutMs: 20_000 });
    const messages = await rig.direct.query('select id from read.messages');
    expect(messages.rows).toHaveLength(1);
    expect(new Set(rig.events('message.received').map(({ id }) => id)).size).toBe(1);
    expect(new Set(rig.events('contact.created').map(({ id }) => id)).size).toBe(1);
  });

  it('another interpreter on the same group says nothing new', async () => {
    await rig.project();
    await rig.interpret();
    await rig.interpret();
    for (let n = 0; n < 20; n += 1) await taken(incoming(`in-${n}-${randomUUID()}`, 'Hello'));
    await eventually(async () => {
      const found = await rig.direct.query('select incoming_count as count from read.conversations');
      expect(found.rows).toEqual([{ count: 20 }]);
    });
    await eventually(async () => expect(await position()).toBe(20));
  });
});

describe('the interpreter', () => {
  it('begins by itself when Postgres comes back', async () => {
    await taken(incoming('in-1', 'Hello'));
    rig.proxy.cut();
    const interpreter = await rig.interpret();
    rig.proxy.heal();
    await eventually(() => expect(rig.events('message.received')).toHaveLength(1), { timeoutMs: 20_000 });
    expect(interpreter.state().isRunning).toBe(true);
  });

  it('stops and says so where its position is not in the log: nothing is ever reset', async () => {
    await rig.direct.query(`insert into work.positions values ('interpreter', 'webhooks', 0, 1000)`);
    const interpreter = await rig.interpret();
    await eventually(() => expect(interpreter.state()).toMatchObject({ isRunning: false }));
    expect(interpreter.state().stoppedBecause).toMatch(/position|offset/i);
    await interpreter.stop();
    await interpreter.stop();
  });

  it('tells as uninterpreted what is too large for one event', async () => {
    const huge = incomingEvent('x'.repeat(2 * 1024 * 1024));
    await appendEvents(rig, [incomingEvent('before'), huge, incomingEvent('after')]);
    await eventually(() => expect(rig.events('message.received')).toHaveLength(2));
    await eventually(() => expect(rig.events('webhook.uninterpreted')).toHaveLength(1));
  });
});

const incomingEvent = (text: string) =>
  event({ type: 'message.received', n: text.length, data: receivedData(`in-${text.length}`, text) });
