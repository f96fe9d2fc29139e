import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codesOf, valueOf } from '../../support/command-bench.js';
import { openDispatchBench, type DispatchBench } from '../../support/dispatch-bench.js';
import { eventually } from '../../support/eventually.js';

describe('setTyping', () => {
  let bench: DispatchBench;
  beforeAll(async () => {
    bench = await openDispatchBench();
  });
  afterAll(() => bench.stop());

  const type = (conversationId: string, isTyping = true, caller = bench.caller) =>
    bench.commands.setTyping(caller, { conversationId, isTyping, authorId: 'agent-7' });

  it('shows the contact that somebody types, and not again a moment later', async () => {
    const first = await bench.send('hi', { to: { phoneNumber: '+15550100081' } });
    const second = await bench.send('hi', { to: { phoneNumber: '+15550100082' } });
    const before = (await bench.events()).length;
    for (let times = 0; times < 5; times += 1) valueOf(await type(first.conversationId));
    valueOf(await type(first.conversationId, false));
    valueOf(await type(second.conversationId));
    await eventually(() => expect(bench.carrier.typing).toEqual(['+15550100081', '+15550100082']));
    expect(await bench.events(), 'in no log').toHaveLength(before);
  });

  it('waits for no provider, and asks none about a conversation of somebody else', async () => {
    const gone = await bench.connect('http://127.0.0.1:9');
    const sent = await bench.send('hi', { channelId: gone, to: { phoneNumber: '+15550100083' } });
    valueOf(await type(sent.conversationId));
    expect(codesOf(await type(sent.conversationId, true, await bench.stranger()))).toEqual([
      'CONVERSATION_NOT_FOUND conversationId',
    ]);
  });
});
