import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageIds } from '../../../src/events/kernel/ids.js';
import { codesOf, openCommandBench, valueOf, type CommandBench } from '../../support/command-bench.js';

describe('sendMessage', () => {
  let bench: CommandBench;
  beforeAll(async () => {
    bench = await openCommandBench();
  });
  afterAll(() => bench.stop());

  const send = (input: Parameters<CommandBench['commands']['sendMessage']>[1], caller = bench.caller) =>
    bench.commands.sendMessage(caller, input);
  const sent = async (...args: Parameters<typeof send>) => valueOf(await send(...args));
  const eventsOf = async (type: string) => (await bench.events()).filter(({ event }) => event.type === type);

  it('is accepted once the log has it, and answers the whole message without waiting (rule 1)', async () => {
    const message = await sent(bench.text('hello', { reference: 'order 7', metadata: { a: null }, authorId: 'anna' }));
    const found = (await eventsOf('message.accepted')).find(({ event }) => event.messageId === message.id);
    expect(found?.position).toEqual(message.addedAt);
    expect(message).toMatchObject({ status: 'ACCEPTED', direction: 'OUTGOING', author: 'AGENT', parts: 1 });
    expect(message).toMatchObject({ reference: 'order 7', metadata: { a: null }, authorId: 'anna' });
    expect(message.content).toMatchObject({ kind: 'text', text: 'hello' });
  });

  it('raises the cursor past its own event', async () => {
    const result = await send(bench.text('cursor'));
    expect(result.ok && result.value.addedAt && result.cursor[result.value.addedAt.partition]).toBe(
      result.ok && result.value.addedAt ? result.value.addedAt.offset + 1n : undefined,
    );
  });

  it('opens a thread once, under ids that follow from its address, before anything else of it (rule 5)', async () => {
    const to = { phoneNumber: '+15550100020' };
    const messages = await Promise.all(Array.from({ length: 20 }, (_, n) => sent(bench.text(`${n}`, { to }))));
    const conversationId = bench.identity.conversation(bench.channelId, '+15550100020');
    expect(new Set(messages.map((message) => message.conversationId))).toEqual(new Set([conversationId]));
    const ofThread = (await bench.events()).filter(({ event }) => event.conversationId === conversationId);
    expect(ofThread.map(({ event }) => event.type)).toEqual([
      'conversation.opened',
      ...messages.map(() => 'message.accepted'),
    ]);
    const contactId = bench.identity.contact(bench.channelId, '+15550100020');
    const created = (await eventsOf('contact.created')).filter(({ event }) => event.contactId === contactId);
    expect(created).toHaveLength(1);
  });

  it('makes each message an id of its own, a UUIDv7 (rule 6)', async () => {
    const [first, second] = [await sent(bench.text('same')), await sent(bench.text('same'))];
    expect(first.id).not.toBe(second.id);
    expect(messageIds.toUuid(first.id)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  it('reaches a conversation and a contact that were made a moment ago by their ids', async () => {
    const first = await sent(bench.text('one', { to: { phoneNumber: '+15550100030' } }));
    const second = await sent(bench.text('two', { to: { conversationId: first.conversationId } }));
    const third = await sent(bench.text('three', { to: { contactId: first.contactId ?? '' } }));
    expect([second.conversationId, third.conversationId]).toEqual([first.conversationId, first.conversationId]);
  });

  it('answers a message of the same thread, and no other', async () => {
    const first = await sent(bench.text('question', { to: { phoneNumber: '+15550100031' } }));
    const replyToMessageId = first.id;
    const reply = await sent(bench.text('answer', { to: { phoneNumber: '+15550100031' }, replyToMessageId }));
    expect(reply.replyToMessageId).toBe(first.id);
    const elsewhere = await send(bench.text('answer', { to: { phoneNumber: '+15550100032' }, replyToMessageId }));
    expect(codesOf(elsewhere)).toEqual(['MESSAGE_NOT_FOUND replyToMessageId']);
  });

  it('refuses ids that are unknown, foreign or malformed, and appends nothing', async () => {
    const first = await sent(bench.text('mine', { to: { phoneNumber: '+15550100033' } }));
    const stranger = await bench.stranger();
    const before = (await bench.events()).length;
    const unknown = messageIds.fromUuid('00000000-0000-7000-8000-000000000000');
    const refusals = [
      await send(bench.text('x'), stranger),
      await send(bench.text('x', { channelId: 'chan_00000000000000000000000000' })),
      await send(bench.text('x', { channelId: 'nonsense' })),
      await send(bench.text('x', { to: { conversationId: 'conv_00000000000000000000000000' } })),
      await send(bench.text('x', { to: { contactId: 'cont_00000000000000000000000000' } })),
      await send(bench.text('x', { to: { contactId: first.conversationId } })),
      await send(bench.text('x', { to: {} })),
      await send(bench.text('x', { to: { phoneNumber: '+15550100000', address: '+15550100000' } })),
      await send(bench.text('x', { to: { phoneNumber: '0031' } })),
      await send(bench.text('x', { to: { address: 'nobody' } })),
      await send(bench.text('x', { replyToMessageId: unknown })),
    ];
    expect(refusals.map((result) => codesOf(result))).toEqual([
      ['CHANNEL_NOT_FOUND channelId'],
      ['CHANNEL_NOT_FOUND channelId'],
      ['INPUT_INVALID channelId'],
      ['RECIPIENT_NOT_FOUND to.conversationId'],
      ['RECIPIENT_NOT_FOUND to.contactId'],
      ['INPUT_INVALID to.contactId'],
      ['INPUT_INVALID to'],
      ['INPUT_INVALID to'],
      ['RECIPIENT_INVALID to.phoneNumber'],
      ['RECIPIENT_INVALID to.address'],
      ['MESSAGE_NOT_FOUND replyToMessageId'],
    ]);
    expect(await bench.events()).toHaveLength(before);
  });

  it('does not send through a channel that is switched off', async () => {
    await bench.database.pool.query('update config.channels set is_enabled = false');
    await bench.directory.refresh(bench.channelId);
    expect(codesOf(await send(bench.text('x')))).toEqual(['CHANNEL_DISABLED channelId']);
    await bench.database.pool.query('update config.channels set is_enabled = true');
    await bench.directory.refresh(bench.channelId);
    expect((await send(bench.text('x'))).ok).toBe(true);
  });
});
