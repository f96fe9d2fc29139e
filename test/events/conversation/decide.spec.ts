import { describe, expect, it } from 'vitest';
import {
  decideChange,
  LABELS_MAX,
  LABEL_LENGTH_MAX,
  OWN_ID_LENGTH_MAX,
  type ConversationChange,
} from '../../../src/events/conversation/decide.js';
import { evolveConversation } from '../../../src/events/conversation/evolve.js';
import { ATTRIBUTES_BYTES_MAX } from '../../../src/events/conversation/refuse-attributes.js';
import type { Attributes } from '../../../src/events/kernel/attributes.js';
import type { ConversationState } from '../../../src/events/conversation/state.js';
import { at, event, recorded } from '../../support/events.js';

const opened = event({ type: 'conversation.opened', n: 1, data: { content: { address: '+15550100000' } } });
const fresh = evolveConversation(undefined, recorded(opened, 1));
const now = new Date(at(100));

const decide = (change: ConversationChange, state: Partial<ConversationState> = {}) => {
  const decided = decideChange(change, { ...fresh, ...state }, now);
  return decided.ok ? decided.value : decided.refusals.map(({ code, field }) => `${code} ${field?.join('.')}`);
};

describe('decideChange', () => {
  it.each<[string, ConversationChange, Partial<ConversationState>]>([
    ['closed', { kind: 'close' }, { status: 'CLOSED' }],
    ['open', { kind: 'open' }, {}],
    ['put aside until then', { kind: 'snooze', until: at(200) }, { snoozedUntil: at(200) }],
    ['theirs', { kind: 'assign', agentId: 'a' }, { agentId: 'a' }],
    ['nobody’s', { kind: 'assign' }, {}],
    ['labelled', { kind: 'label', labels: ['a'] }, { labels: ['a'] }],
    ['not labelled', { kind: 'unlabel', labels: ['a'] }, { labels: ['b'] }],
    ['of these attributes', { kind: 'setAttributes', attributes: { a: 1, b: null } }, { attributes: { a: 1 } }],
  ])('says nothing of what is %s already', (_what, change, state) => {
    expect(decide(change, state)).toBeUndefined();
  });

  it('opens what is only put aside', () => {
    expect(decide({ kind: 'open' }, { snoozedUntil: at(900) })).toMatchObject({ type: 'conversation.reopened' });
  });

  it('says what changes, and only that', () => {
    expect(decide({ kind: 'close' })).toEqual({ type: 'conversation.closed', data: {} });
    const until = { kind: 'snooze', until: '2026-06-02T11:00:00+02:00' } as const;
    expect(decide(until)).toMatchObject({ data: { until: '2026-06-02T09:00:00.000Z' } });
    expect(decide({ kind: 'assign', teamId: 't' }, { agentId: 'a' })).toMatchObject({
      data: { agentId: null, teamId: 't' },
    });
    expect(decide({ kind: 'label', labels: ['b', 'a', 'b'] }, { labels: ['a'] })).toMatchObject({
      data: { added: ['b'], removed: [] },
    });
    expect(decide({ kind: 'unlabel', labels: ['a', 'c'] }, { labels: ['a', 'b'] })).toMatchObject({
      data: { added: [], removed: ['a'] },
    });
  });

  it('lets attributes that are too many become fewer, one by one', () => {
    const attributes = Object.fromEntries(Array.from({ length: 103 }, (_, n) => [`${n}`, 'long'.repeat(50)]));
    const set = (change: Attributes) => decide({ kind: 'setAttributes', attributes: change }, { attributes });
    expect(set({ 0: null })).toMatchObject({ type: 'conversation.attributes_changed' });
    expect(set({ 0: 'short' })).toMatchObject({ type: 'conversation.attributes_changed' });
    expect(set({ 0: null, new: 'x'.repeat(500) })).toEqual(['INPUT_INVALID attributes']);
    expect(set({ new: 1 })).toEqual(['INPUT_INVALID attributes']);
  });

  it.each<[string, ConversationChange, Partial<ConversationState>, string]>([
    ['a time that is none', { kind: 'snooze', until: 'tomorrow' }, {}, 'INPUT_INVALID until'],
    ['a time that has passed', { kind: 'snooze', until: at(100) }, {}, 'INPUT_INVALID until'],
    ['more than 366 days', { kind: 'snooze', until: '2028-01-01T00:00:00Z' }, {}, 'INPUT_INVALID until'],
    ['a closed one', { kind: 'snooze', until: at(200) }, { status: 'CLOSED' }, 'CONVERSATION_CLOSED conversationId'],
    ['an empty agent', { kind: 'assign', agentId: '' }, {}, 'INPUT_INVALID agentId'],
    ['a long team', { kind: 'assign', teamId: 'x'.repeat(OWN_ID_LENGTH_MAX + 1) }, {}, 'INPUT_INVALID teamId'],
    ['an empty label', { kind: 'label', labels: ['a', ' '] }, {}, 'INPUT_INVALID labels.1'],
    ['a long label', { kind: 'label', labels: ['x'.repeat(LABEL_LENGTH_MAX + 1)] }, {}, 'INPUT_INVALID labels.0'],
    ['a NUL', { kind: 'label', labels: ['\0'] }, {}, 'INPUT_INVALID labels.0'],
    [
      'too many labels in all',
      { kind: 'label', labels: ['new'] },
      { labels: Array.from({ length: LABELS_MAX }, (_, n) => `${n}`) },
      'INPUT_INVALID labels',
    ],
    [
      'too many bytes in all',
      { kind: 'setAttributes', attributes: { a: 'x'.repeat(ATTRIBUTES_BYTES_MAX / 2) } },
      { attributes: { b: 'x'.repeat(ATTRIBUTES_BYTES_MAX / 2) } },
      'INPUT_INVALID attributes',
    ],
    [
      'too many attributes',
      { kind: 'setAttributes', attributes: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [n, n])) },
      {},
      'INPUT_INVALID attributes',
    ],
    ['a NUL in an attribute', { kind: 'setAttributes', attributes: { a: ['\0'] } }, {}, 'INPUT_INVALID attributes'],
  ])('refuses %s', (_what, change, state, refusal) => {
    expect(decide(change, state)).toEqual([refusal]);
  });
});
