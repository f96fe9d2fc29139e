import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConversationChange } from '../../../src/events/conversation/decide.js';
import { codesOf, openCommandBench, valueOf, type CommandBench } from '../../support/command-bench.js';

describe('changeConversation', () => {
  let bench: CommandBench;
  beforeAll(async () => {
    bench = await openCommandBench();
  });
  afterAll(() => bench.stop());

  const change = (conversationId: string, what: ConversationChange, caller = bench.caller) =>
    bench.commands.changeConversation(caller, { conversationId, change: what, actorId: 'agent-7' });
  const thread = async (phoneNumber: string) =>
    valueOf(await bench.commands.sendMessage(bench.caller, bench.text('hi', { to: { phoneNumber } }))).conversationId;
  const typesOf = async (conversationId: string) =>
    (await bench.events()).flatMap(({ event }) =>
      event.conversationId === conversationId && event.type.startsWith('conversation.') ? [event.type] : [],
    );

  it('is decided by all that was answered before: what was closed a moment ago is opened, and closed again', async () => {
    const id = await thread('+15550100061');
    for (let round = 0; round < 3; round += 1) {
      expect(valueOf(await change(id, { kind: 'close' })).status).toBe('CLOSED');
      expect(valueOf(await change(id, { kind: 'open' })).status).toBe('OPEN');
    }
    const round = ['conversation.closed', 'conversation.reopened'];
    expect(await typesOf(id)).toEqual(['conversation.opened', ...round, ...round, ...round]);
  });

  it('appends nothing where it is so already, and answers with a cursor', async () => {
    const id = await thread('+15550100062');
    await change(id, { kind: 'assign', agentId: 'a' });
    const again = await change(id, { kind: 'assign', agentId: 'a' });
    expect(again).toMatchObject({ ok: true, value: { agentId: 'a' } });
    expect(await typesOf(id)).toEqual(['conversation.opened', 'conversation.assigned']);
  });

  it('says the same event when the same is said of the same state at once (rule 7)', async () => {
    const id = await thread('+15550100063');
    await Promise.all(Array.from({ length: 10 }, () => change(id, { kind: 'label', labels: ['vip'] })));
    const said = (await bench.events()).filter(
      ({ event }) => event.conversationId === id && event.type === 'conversation.labels_changed',
    );
    expect(new Set(said.map(({ event }) => event.id)).size).toBe(1);
    expect(said[0]?.event).toMatchObject({ data: { added: ['vip'], removed: [], actorId: 'agent-7' } });
  });

  it('keeps what several change at the same time, as far as it is not the same', async () => {
    const id = await thread('+15550100064');
    await Promise.all([
      change(id, { kind: 'label', labels: ['a'] }),
      change(id, { kind: 'label', labels: ['b'] }),
      change(id, { kind: 'setAttributes', attributes: { x: 1 } }),
      change(id, { kind: 'setAttributes', attributes: { y: 2 } }),
    ]);
    const state = valueOf(await change(id, { kind: 'assign', teamId: 't' }));
    expect(state).toMatchObject({ labels: ['a', 'b'], attributes: { x: 1, y: 2 }, teamId: 't' });
  });

  it('refuses what is unknown, foreign or malformed, and appends nothing', async () => {
    const id = await thread('+15550100065');
    const stranger = await bench.stranger();
    const before = (await bench.events()).length;
    const close = { kind: 'close' } as const;
    expect(codesOf(await change(id, close, stranger))).toEqual(['CONVERSATION_NOT_FOUND conversationId']);
    expect(codesOf(await change('conv_00000000000000000000000000', close))).toEqual([
      'CONVERSATION_NOT_FOUND conversationId',
    ]);
    expect(codesOf(await change('nonsense', close))).toEqual(['INPUT_INVALID conversationId']);
    const actor = await bench.commands.changeConversation(bench.caller, {
      ...{ conversationId: id, change: close, actorId: 'a\nb' },
    });
    expect(codesOf(actor)).toEqual(['INPUT_INVALID actorId']);
    expect(await bench.events()).toHaveLength(before);
  });
});
