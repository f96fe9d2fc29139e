import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContactEvent } from '../../../src/events/contact/events.js';
import { evolveContact } from '../../../src/events/contact/evolve.js';
import type { ContactState } from '../../../src/events/contact/state.js';
import type { ConversationEvent } from '../../../src/events/conversation/events.js';
import { evolveConversation } from '../../../src/events/conversation/evolve.js';
import type { ConversationState } from '../../../src/events/conversation/state.js';
import { evolveMessage } from '../../../src/events/message/evolve.js';
import type { MessageState } from '../../../src/events/message/state.js';
import { timelineEntryOf } from '../../../src/events/message/timeline.js';
import {
  contactFromRow,
  contactToRows,
  conversationFromRow,
  conversationToRow,
  messageFromRow,
  messageToRow,
  timelineEntryFromRow,
  timelineEntryToRow,
} from '../../../src/events/projections/rows.js';
import { event, recorded, workspaceId } from '../../support/events.js';
import { history, runs, seed } from '../message/histories.js';

describe(`rows (SEED=${seed})`, () => {
  it('give back the message and the timeline entries that went in', () => {
    fc.assert(
      fc.property(history, (events) => {
        const state = events.reduce<MessageState | undefined>(evolveMessage, undefined);
        if (state === undefined) throw new Error('Nothing was folded.');
        expect(messageFromRow(messageToRow(state))).toEqual(state);
        for (const entry of events.flatMap((one) => timelineEntryOf(one) ?? []))
          expect(
            timelineEntryFromRow(timelineEntryToRow(entry, workspaceId(), { isMove: true, isAdded: false })),
          ).toEqual(entry);
      }),
      { ...runs, numRuns: 200 },
    );
  });

  it('give back the conversation and the contact', () => {
    const opened = event({ type: 'conversation.opened', n: 1, data: { content: { address: '+1' } } });
    const tending: readonly ConversationEvent[] = [
      opened,
      event({ type: 'conversation.snoozed', n: 3, data: { until: '2026-06-02T09:00:00.000Z' } }),
      event({ type: 'conversation.assigned', n: 4, data: { agentId: 'a', teamId: 't' } }),
      event({ type: 'conversation.labels_changed', n: 5, data: { added: ['b', 'a'], removed: [] } }),
      event({
        type: 'conversation.attributes_changed',
        n: 6,
        data: { content: { attributes: { a: [1, { b: null }] } } },
      }),
    ];
    const conversation = tending.reduce<ConversationState | undefined>(
      (state, one, offset) => evolveConversation(state, recorded(one, offset)),
      undefined,
    );
    if (conversation === undefined) throw new Error('Nothing was folded.');
    expect(conversationFromRow(conversationToRow(conversation))).toEqual(conversation);
    const created = event({ type: 'contact.created', n: 2, data: { content: { address: '+1', displayName: 'Ada' } } });
    const said: readonly ContactEvent[] = [
      created,
      event({ type: 'contact.blocked', n: 7, data: { revision: 1 } }),
      event({ type: 'contact.opted_out', n: 8, data: { revision: 1 } }),
      event({ type: 'contact.attributes_changed', n: 9, data: { content: { attributes: { a: { b: 1 } } } } }),
    ];
    const contact = said.reduce<ContactState | undefined>(
      (state, one, offset) => evolveContact(state, recorded(one, offset)),
      undefined,
    );
    if (contact === undefined) throw new Error('Nothing was folded.');
    const rows = contactToRows(contact);
    expect(contactFromRow(rows.contact, rows.addresses)).toEqual(contact);
  });
});
