import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ParleyEvent } from '../../../src/events/catalog.js';
import type { MessageId } from '../../../src/events/kernel/ids.js';
import type { MessageState } from '../../../src/events/message/state.js';
import { createFinders } from '../../../src/events/queries/create-finders.js';
import { createLoaders } from '../../../src/resolvers/loaders.js';
import { toReactions } from '../../../src/resolvers/reaction.view.js';
import { codesOf, openCommandBench, valueOf, type CommandBench } from '../../support/command-bench.js';
import { eventually } from '../../support/eventually.js';
import { receivedData } from '../../support/events.js';

describe('a reaction', () => {
  let bench: CommandBench;
  beforeAll(async () => {
    bench = await openCommandBench();
  });
  afterAll(() => bench.stop());

  const TO = { phoneNumber: '+15550100061' };
  const send = (text: string, to: object = TO) => bench.commands.sendMessage(bench.caller, bench.text(text, { to }));
  const react = (messageId: string, emoji: string | null = '👍', more: object = {}) =>
    bench.commands.sendMessage(
      bench.caller,
      bench.text('', { to: TO, content: { reaction: { messageId, emoji } }, ...more }),
    );
  const read = async (id: MessageId) =>
    (await createFinders({ database: bench.database }).messages(bench.caller.workspaceId, [id]))[0];
  /** Whose reactions show, by their own messages. */
  async function shownOn(id: MessageId) {
    const loaders = createLoaders(createFinders({ database: bench.database }), bench.caller.workspaceId);
    const state = await loaders.messages.load(id);
    return state === undefined ? [] : (await toReactions(state, loaders)).map(({ messageId }) => messageId);
  }
  const ofType = async (type: string) => (await bench.events()).filter(({ event }) => event.type === type);

  async function append(first: MessageState, event: Pick<ParleyEvent, 'type' | 'messageId' | 'data'>, said: string) {
    const now = new Date().toISOString();
    const { workspaceId, channelId, conversationId } = first;
    await bench.outbox.append({
      ...{ id: bench.identity.ofCommand(event.messageId ?? '', said, event.type), version: 1, workspaceId, channelId },
      ...{ conversationId, occurredAt: now, recordedAt: now, ...event },
    } as ParleyEvent);
  }

  it('is a message of its own, and one event on what it is about, before it, under the same key (rule 8)', async () => {
    const target = valueOf(await send('react to me'));
    const result = await react(target.id, '👍', { authorId: 'anna' });
    const reaction = valueOf(result);
    expect(reaction.content).toEqual({ kind: 'reaction', text: '👍', emoji: '👍', targetMessageId: target.id });
    expect(reaction).toMatchObject({ contentKind: 'reaction', status: 'ACCEPTED', addedAt: null });
    const reacted = (await ofType('message.reacted')).find(({ event }) => event.messageId === target.id);
    const accepted = (await ofType('message.accepted')).find(({ event }) => event.messageId === reaction.id);
    expect(reacted?.event).toMatchObject({ conversationId: target.conversationId, causationId: accepted?.event.id });
    expect(reacted?.event.data).toMatchObject({ author: 'AGENT', authorId: 'anna', reactionMessageId: reaction.id });
    expect(Number(accepted?.position.offset)).toBeGreaterThan(Number(reacted?.position.offset));
    // Behind both: whoever reads with this cursor sees the reaction on its target.
    const cursor = result.ok ? result.cursor : [];
    expect(cursor[accepted?.position.partition ?? 0]).toBe((accepted?.position.offset ?? 0n) + 1n);
    await eventually(async () =>
      expect((await read(target.id))?.reactions).toMatchObject([{ emoji: '👍', messageId: reaction.id }]),
    );
  });

  it('commits its rows and both events together: a repeat of its key says nothing anew', async () => {
    const target = valueOf(await send('keyed'));
    const answers = [
      await react(target.id, '🎉', { idempotencyKey: 'reaction' }),
      await react(target.id, '🎉', { idempotencyKey: 'reaction' }),
    ];
    expect(new Set(answers.map((answer) => valueOf(answer).id)).size).toBe(1);
    expect(new Set(answers.map((answer) => answer.ok && answer.cursor.join())).size).toBe(1);
    const reacted = (await ofType('message.reacted')).filter(({ event }) => event.messageId === target.id);
    expect(reacted).toHaveLength(1);
    await eventually(async () =>
      expect((await bench.database.pool.query('select 1 from work.outbox')).rowCount).toBe(0),
    );
  });

  it('is not among the messages, and never the last one', async () => {
    const target = valueOf(await send('last', { phoneNumber: '+15550100062' }));
    const to = { phoneNumber: '+15550100062' };
    const reaction = valueOf(await react(target.id, '👍', { to }));
    await eventually(async () => expect(await read(reaction.id)).toBeDefined());
    const finders = createFinders({ database: bench.database });
    const [conversation] = await finders.conversations(bench.caller.workspaceId, [target.conversationId]);
    expect(conversation?.lastMessageId).toBe(target.id);
  });

  it('may be about what came in, and is taken back by null', async () => {
    const first = valueOf(await send('hello'));
    const incoming = bench.identity.incomingMessage(bench.channelId, 'in-61');
    await append(first, { type: 'message.received', messageId: incoming, data: receivedData('in-61') }, 'received');
    expect(codesOf(await react(incoming, '❤️'))).toEqual([]);
    expect(codesOf(await react(incoming, null))).toEqual([]);
    await eventually(async () =>
      expect((await read(incoming))?.reactions.map(({ emoji }) => emoji)).toEqual(['❤️', null]),
    );
  });

  it('of ours shows until its own message failed; the one before it stands then', async () => {
    const target = valueOf(await send('shown'));
    const [first, second] = [valueOf(await react(target.id, '👍')), valueOf(await react(target.id, '🎉'))];
    await eventually(async () => expect(await shownOn(target.id)).toEqual([second.id]));
    const data = { attempt: 1, part: 0, failure: { code: 'UNKNOWN', isRetryable: false } } as const;
    await append(second, { type: 'message.send_failed', messageId: second.id, data }, 'failed');
    await eventually(async () => expect(await shownOn(target.id)).toEqual([first.id]));
    await append(first, { type: 'message.send_failed', messageId: first.id, data }, 'failed');
    await eventually(async () => expect(await shownOn(target.id)).toEqual([]));
  });

  it('of a batch shows the last, which is the last that the provider is told, whatever their times', async () => {
    const target = valueOf(await send('both'));
    const input = (emoji: string, more: object = {}) =>
      bench.text('', { to: TO, content: { reaction: { messageId: target.id, emoji } }, ...more });
    // A key is looked up first: what has one is judged later than what stands behind it.
    const inputs = [input('👍', { idempotencyKey: 'first of two' }), input('🎉')];
    const batch = await bench.commands.sendMessages(bench.caller, inputs);
    const [, last] = batch.ok ? batch.results.map(valueOf) : [];
    await eventually(async () => {
      expect((await read(target.id))?.reactions).toHaveLength(2);
      expect(await shownOn(target.id)).toEqual([last?.id]);
    });
  });

  it('needs a message of its conversation that both sides can know, and that is no reaction', async () => {
    const target = valueOf(await send('known'));
    const [failed, elsewhere] = [
      valueOf(await send('failed')),
      valueOf(await send('elsewhere', { phoneNumber: '+15550100063' })),
    ];
    const failure = { code: 'UNKNOWN', isRetryable: false };
    const data = { attempt: 1, part: 0, failure } as const;
    await append(failed, { type: 'message.send_failed', messageId: failed.id, data }, 'failed');
    await eventually(async () => expect((await read(failed.id))?.status).toBe('SENDING_FAILED'));
    const reaction = valueOf(await react(target.id));
    const before = (await bench.events()).length;
    const refused = ['msg_00000000000000000000000000', elsewhere.id, failed.id, reaction.id];
    for (const id of refused)
      expect(codesOf(await react(id))).toEqual(['MESSAGE_NOT_FOUND content.reaction.messageId']);
    expect(codesOf(await react('nonsense'))).toEqual(['INPUT_INVALID content.reaction.messageId']);
    expect(codesOf(await react(target.id, '👍', { to: { phoneNumber: '+15550100064' } }))).toEqual([
      'MESSAGE_NOT_FOUND content.reaction.messageId',
    ]);
    const reply = await bench.commands.sendMessage(
      bench.caller,
      bench.text('x', { to: TO, replyToMessageId: reaction.id }),
    );
    expect(codesOf(reply)).toEqual(['MESSAGE_NOT_FOUND replyToMessageId']);
    expect(await bench.events()).toHaveLength(before);
  });
});
