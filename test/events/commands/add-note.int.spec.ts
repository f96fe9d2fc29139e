import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOTE_LENGTH_MAX } from '../../../src/events/commands/add-note.js';
import type { AddNote } from '../../../src/events/commands/commands.js';
import type { ConversationId } from '../../../src/events/kernel/ids.js';
import { createFinders } from '../../../src/events/queries/create-finders.js';
import { codesOf, openCommandBench, valueOf, type CommandBench } from '../../support/command-bench.js';
import { eventually } from '../../support/eventually.js';

describe('addNote', () => {
  let bench: CommandBench;
  let conversationId: ConversationId;
  beforeAll(async () => {
    bench = await openCommandBench();
    conversationId = valueOf(await bench.commands.sendMessage(bench.caller, bench.text('hi'))).conversationId;
  });
  afterAll(() => bench.stop());

  const add = (note: Partial<AddNote>, caller = bench.caller) =>
    bench.commands.addNote(caller, { conversationId, text: 'Calls back.', ...note });
  const texts = async () => {
    const { edges } = await createFinders(bench).notePage(bench.caller.workspaceId, conversationId, {
      ...{ limit: 100, direction: 'forward' },
    });
    return edges.map(({ node }) => node.text);
  };

  it('stands beside the conversation, in the order of the journal', async () => {
    expect(valueOf(await add({ text: 'one', authorId: 'agent-7' }))).toMatchObject({ authorId: 'agent-7' });
    await add({ text: 'two\nlines' });
    await eventually(async () => expect(await texts()).toEqual(['one', 'two\nlines']));
  });

  it('is one note however often it is repeated with its key, and another without one or with other words', async () => {
    const before = (await texts()).length;
    const repeated = await Promise.all(Array.from({ length: 5 }, () => add({ idempotencyKey: 'k' })));
    expect(new Set(repeated.map((one) => valueOf(one).id)).size).toBe(1);
    await add({ idempotencyKey: 'k', text: 'Other words.' });
    await add({});
    await add({});
    await eventually(async () => expect(await texts()).toHaveLength(before + 4));
  });

  it('is never sent', async () => {
    const { rows } = await bench.database.pool.query(`select distinct type from read.events order by 1`);
    expect(rows).toContainEqual({ type: 'conversation.note_added' });
    expect(rows.filter(({ type }: { type: string }) => type.startsWith('message.'))).toEqual([
      { type: 'message.accepted' },
    ]);
  });

  it('refuses what is unknown, foreign or malformed, and appends nothing', async () => {
    const stranger = await bench.stranger();
    const before = (await bench.events()).length;
    expect(codesOf(await add({}, stranger))).toEqual(['CONVERSATION_NOT_FOUND conversationId']);
    expect(codesOf(await add({ conversationId: 'nonsense' }))).toEqual(['INPUT_INVALID conversationId']);
    expect(codesOf(await add({ text: ' ' }))).toEqual(['INPUT_INVALID text']);
    expect(codesOf(await add({ text: 'a\0' }))).toEqual(['INPUT_INVALID text']);
    expect(codesOf(await add({ text: 'x'.repeat(NOTE_LENGTH_MAX + 1) }))).toEqual(['INPUT_INVALID text']);
    expect(codesOf(await add({ authorId: '', idempotencyKey: '' }))).toEqual([
      'INPUT_INVALID authorId',
      'INPUT_INVALID idempotencyKey',
    ]);
    expect(await bench.events()).toHaveLength(before);
  });
});
