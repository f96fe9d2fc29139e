import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ParleyEvent } from '../../../../src/events/catalog.js';
import type { MessageState } from '../../../../src/events/message/state.js';
import { createFinders } from '../../../../src/events/queries/create-finders.js';
import type { ProviderAdapter } from '../../../../src/providers/provider.js';
import { openDispatchBench, sandboxAdapter, type DispatchBench } from '../../../support/dispatch-bench.js';
import { eventually } from '../../../support/eventually.js';

const [WRITTEN_TO, REACHED] = ['+15550100040', '+15550100041'];

describe('rule 5: an answer that names another address than the one that was written to', () => {
  let bench: DispatchBench;
  /** Whom the provider says that it reached. */
  let reached: string;
  const naming: Partial<ProviderAdapter> = {
    async send(request) {
      const outcome = await sandboxAdapter().send(request);
      return outcome.kind === 'accepted' ? { ...outcome, providerAddress: reached } : outcome;
    },
  };
  beforeEach(async () => {
    bench = await openDispatchBench();
    reached = WRITTEN_TO;
  });
  afterEach(() => bench.stop());

  const sendTo = async (phoneNumber: string): Promise<MessageState> => {
    const message = await bench.send('Hello', { to: { phoneNumber } });
    await bench.untilStates(message.id, 'settled');
    return message;
  };
  const MOVES = [
    'conversation.address_changed',
    'contact.address_added',
    'conversation.merged',
    'conversation.absorbed',
  ];
  const told = async (): Promise<readonly ParleyEvent[]> =>
    (await bench.events()).map(({ event }) => event as ParleyEvent).filter(({ type }) => MOVES.includes(type));
  const typesTold = async () => new Set((await told()).map(({ type }) => type));

  it('gives that one to the thread: what comes from there stands in it, and what follows is sent there', async () => {
    await bench.dispatch(naming);
    reached = '+1 (555) 010-0041';
    const { id, conversationId } = await sendTo(WRITTEN_TO);
    await eventually(async () =>
      expect(await typesTold()).toEqual(new Set(['conversation.address_changed', 'contact.address_added'])),
    );
    expect((await told()).find(({ type }) => type === 'conversation.address_changed')).toMatchObject({
      ...{ conversationId, causationId: bench.identity.ofAcceptance(id) },
      data: { content: { from: WRITTEN_TO, address: REACHED } },
    });
    for (const address of [REACHED, WRITTEN_TO]) {
      const next = await sendTo(address);
      expect(next.conversationId).toBe(conversationId);
      expect(bench.callsOf(next.id)).toMatchObject([{ to: REACHED }]);
    }
    expect(await told()).toHaveLength(2);
  });

  it('shows two threads as one where that one has its own, and whose they are as one contact', async () => {
    await bench.dispatch(naming);
    const first = await sendTo(WRITTEN_TO);
    reached = REACHED;
    const second = await sendTo(REACHED);
    expect(second.conversationId).not.toBe(first.conversationId);
    await sendTo(WRITTEN_TO);
    await eventually(async () =>
      expect(await typesTold()).toEqual(new Set(['conversation.merged', 'conversation.absorbed'])),
    );
    await eventually(async () => {
      const finders = createFinders({ database: bench.database });
      const [one, other] = await finders.conversations(bench.caller.workspaceId, [
        first.conversationId,
        second.conversationId,
      ]);
      expect([one?.id, other?.id]).toEqual([second.conversationId, second.conversationId]);
    });
    expect((await bench.events()).map(({ event }) => event.type)).toContain('contact.merged');
    expect((await sendTo(WRITTEN_TO)).conversationId).toBe(second.conversationId);
    expect(await told()).toHaveLength(2);
  });

  it('says nothing where it names the same one, in whatever form, or none that can be one', async () => {
    await bench.dispatch(naming);
    for (const name of [WRITTEN_TO, '+1 (555) 010-0040', 'somebody']) {
      reached = name;
      await sendTo(WRITTEN_TO);
    }
    // Behind all of them, in the same lane.
    const last = await sendTo(WRITTEN_TO);
    await bench.untilStatus(last.id, 'PROCESSING');
    expect(await told()).toEqual([]);
  });
});
