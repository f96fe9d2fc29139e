import { expect } from 'vitest';
import { PROVIDER_KINDS } from '../../../src/events/channel/events.js';
import type { Covered, Given } from './stage.js';
import { newTemplate } from './template-mutations.js';

const tooMany: Given = () => ({ first: 101 });
const noId: Given = () => ({ id: 'nothing' });
const NODES = 'nodes { id }';
const some = { nodes: [{}] };

/** Every field of `Query`. What is no id, no cursor and no size is refused; what nobody has is null, and no refusal. */
export const QUERIES: Readonly<Record<string, Covered>> = {
  apiKeys: { selection: NODES, works: () => ({ first: 1 }), answers: some, refusals: { BAD_USER_INPUT: tooMany } },
  auditEvents: {
    ...{ selection: NODES, works: () => ({ first: 1 }), answers: some },
    refusals: { BAD_USER_INPUT: tooMany },
  },
  channel: {
    selection: 'id name',
    works: ({ channelId }) => ({ id: channelId }),
    answers: ({ channelId }) => ({ id: channelId }),
    refusals: { BAD_USER_INPUT: noId },
  },
  channels: { selection: NODES, works: () => ({ first: 1 }), answers: some, refusals: { BAD_USER_INPUT: tooMany } },
  contact: {
    selection: 'id',
    works: ({ thread }) => ({ id: thread.contactId }),
    answers: ({ thread }) => ({ id: thread.contactId }),
    refusals: { BAD_USER_INPUT: noId },
  },
  contacts: { selection: NODES, works: () => ({ first: 1 }), answers: some, refusals: { BAD_USER_INPUT: tooMany } },
  conversation: {
    selection: 'id status',
    works: ({ thread }) => ({ id: thread.conversationId }),
    answers: ({ thread }) => ({ id: thread.conversationId, status: 'OPEN' }),
    refusals: {
      BAD_USER_INPUT: noId,
      CURSOR_INVALID: ({ thread }) => ({ id: thread.conversationId, asOf: { cursor: 'nothing' } }),
    },
  },
  conversationCounts: { selection: '__typename', works: () => ({}), refusals: {} },
  conversations: {
    ...{ selection: NODES, works: () => ({ first: 1 }), answers: some },
    refusals: { BAD_USER_INPUT: tooMany },
  },
  cursor: { selection: '', works: () => ({}), refusals: {} },
  events: {
    ...{ selection: NODES, works: () => ({ first: 1 }), answers: some },
    refusals: { BAD_USER_INPUT: () => ({ first: 1_001 }), CURSOR_INVALID: () => ({ after: 'nothing' }) },
  },
  message: {
    selection: 'id direction',
    works: ({ thread }) => ({ id: thread.messageId }),
    answers: ({ thread }) => ({ id: thread.messageId, direction: 'OUTGOING' }),
    refusals: { BAD_USER_INPUT: noId },
  },
  messageStatistics: {
    selection: '__typename',
    works: () => ({ from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' }),
    refusals: { BAD_USER_INPUT: () => ({ from: '2020-01-02T00:00:00Z', to: '2020-01-01T00:00:00Z' }) },
  },
  node: {
    selection: 'id',
    works: ({ thread }) => ({ id: thread.messageId }),
    answers: ({ thread }) => ({ id: thread.messageId }),
    refusals: { BAD_USER_INPUT: noId },
  },
  nodes: {
    selection: 'id',
    works: ({ thread }) => ({ ids: [thread.messageId, thread.contactId] }),
    answers: ({ thread }) => [{ id: thread.messageId }, { id: thread.contactId }],
    refusals: { BAD_USER_INPUT: ({ thread }) => ({ ids: Array.from({ length: 101 }, () => thread.messageId) }) },
  },
  previewMessage: {
    selection: 'calls { method } userErrors { code }',
    works: ({ sendInput }) => ({ input: sendInput() }),
    answers: { calls: [{ method: 'POST' }], userErrors: [] },
    refusals: {},
  },
  providers: {
    selection: 'kind platforms { platform capabilities { content { kind } } }',
    works: () => ({}),
    answers: PROVIDER_KINDS.map((kind) => ({ kind })),
    refusals: {},
  },
  searchMessages: {
    ...{ selection: NODES, works: () => ({ text: 'words', first: 1 }), answers: some },
    refusals: { BAD_USER_INPUT: () => ({ text: 'words', first: 101 }) },
  },
  template: {
    selection: 'id name',
    works: async (stage) => ({ id: await newTemplate(stage) }),
    answers: { name: expect.stringMatching(/^a template/) as string },
    refusals: { BAD_USER_INPUT: noId },
  },
  templates: {
    selection: NODES,
    async works(stage) {
      await newTemplate(stage);
      return { first: 1 };
    },
    answers: some,
    refusals: { BAD_USER_INPUT: tooMany },
  },
  viewer: { selection: 'workspaceId', works: () => ({}), refusals: {} },
  workspaces: { selection: NODES, works: () => ({ first: 1 }), answers: some, refusals: { BAD_USER_INPUT: tooMany } },
};
