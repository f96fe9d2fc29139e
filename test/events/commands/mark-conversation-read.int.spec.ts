import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unreadCount } from '../../../src/events/conversation/state.js';
import type { MessageId } from '../../../src/events/kernel/ids.js';
import type { MessageState } from '../../../src/events/message/state.js';
import { codesOf, openCommandBench, valueOf, type CommandBench } from '../../support/command-bench.js';
import { eventually } from '../../support/eventually.js';
import { receivedData } from '../../support/events.js';

describe('markConversationRead', () => {
  let bench: CommandBench;
  beforeAll(async () => {
    bench = await openCommandBench();
  });
  afterAll(() => bench.stop());

  const mark = (conversationId: string, upToMessageId?: string) =>
    bench.commands.markConversationRead(bench.caller, { conversationId, upToMessageId });
  const marks = async () => (await bench.events()).filter(({ event }) => event.type === 'conversation.read');

  /** A thread of one sent message, and so many that came in after it. */
  async function thread(phoneNumber: string, incoming: number): Promise<[MessageState, ...MessageId[]]> {
    const first = valueOf(await bench.commands.sendMessage(bench.caller, bench.text('hi', { to: { phoneNumber } })));
    const ids: MessageId[] = [];
    for (let n = 0; n < incoming; n += 1) ids.push(await receive(first, `${phoneNumber} ${n}`));
    return [first, ...ids];
  }

  async function receive(first: MessageState, providerMessageId: string): Promise<MessageId> {
    const messageId = bench.identity.incomingMessage(bench.channelId, providerMessageId);
    const now = new Date().toISOString();
    await bench.outbox.append({
      ...{ id: bench.identity.fromProvider(bench.channelId, providerMessageId, 'received'), type: 'message.received' },
      ...{ version: 1, workspaceId: first.workspaceId, channelId: first.channelId, messageId },
      ...{ conversationId: first.conversationId, occurredAt: now, recordedAt: now },
      data: receivedData(providerMessageId),
    });
    return messageId;
  }

  it('moves the mark to the newest message by one event', async () => {
    const [first, , , newest] = await thread('+15550100051', 3);
    // Named: the projection has it then. Without a name the newest is what the read model knows.
    expect(unreadCount(valueOf(await mark(first.conversationId, newest)))).toBe(0);
    const again = await mark(first.conversationId);
    expect(unreadCount(valueOf(again))).toBe(0);
    const written = (await marks()).filter(({ event }) => event.conversationId === first.conversationId);
    expect(new Set(written.map(({ event }) => event.id)).size).toBe(1);
  });

  it('counts up to the message named, and never goes back', async () => {
    const [first, one, , three] = await thread('+15550100052', 3);
    expect(valueOf(await mark(first.conversationId, one)).readIncomingCount).toBe(1);
    expect(valueOf(await mark(first.conversationId, three)).readIncomingCount).toBe(3);
    await eventually(async () => expect(valueOf(await mark(first.conversationId, one)).readIncomingCount).toBe(3));
  });

  it('says the same event when the same message is marked twice (rule 7)', async () => {
    const [first, one] = await thread('+15550100054', 1);
    await Promise.all(Array.from({ length: 10 }, () => mark(first.conversationId, one)));
    const ids = (await marks()).flatMap(({ event }) =>
      event.conversationId === first.conversationId ? [event.id] : [],
    );
    expect(new Set(ids).size).toBe(1);
  });

  it('refuses what is unknown, foreign, malformed or of another conversation, and appends nothing', async () => {
    const [first] = await thread('+15550100055', 0);
    const [other] = await thread('+15550100056', 0);
    const stranger = await bench.stranger();
    const before = (await bench.events()).length;
    const foreign = { conversationId: first.conversationId };
    expect(codesOf(await bench.commands.markConversationRead(stranger, foreign))).toEqual([
      'CONVERSATION_NOT_FOUND conversationId',
    ]);
    expect(codesOf(await mark('conv_00000000000000000000000000'))).toEqual(['CONVERSATION_NOT_FOUND conversationId']);
    expect(codesOf(await mark('nonsense'))).toEqual(['INPUT_INVALID conversationId']);
    expect(codesOf(await mark(first.conversationId, 'nonsense'))).toEqual(['INPUT_INVALID upToMessageId']);
    expect(codesOf(await mark(first.conversationId, other.id))).toEqual(['MESSAGE_NOT_FOUND upToMessageId']);
    expect((await mark(first.conversationId)).ok).toBe(true);
    expect(await bench.events()).toHaveLength(before);
  });
});
