import type { Covered, Stage } from './stage.js';

const after = ({ start }: Stage) => ({ after: start });
const noCursor = () => ({ after: 'nothing' });
const ofNobody = ({ nowhere }: Stage) => ({ conversationId: nowhere.conversation });
const ofNothing = () => ({ conversationId: 'nothing' });
const OF_A_CONVERSATION = { CURSOR_INVALID: noCursor, NOT_FOUND: ofNobody, BAD_USER_INPUT: ofNothing };

/** Every field of `Subscription`; each tells something at once, after the cursor from before it all. */
export const SUBSCRIPTIONS: Readonly<Record<string, Covered>> = {
  conversationUpdated: {
    selection: 'cursor conversation { id }',
    works: after,
    answers: { conversation: {} },
    refusals: OF_A_CONVERSATION,
  },
  eventPublished: {
    selection: 'cursor event { id type }',
    works: after,
    answers: { event: {} },
    refusals: { CURSOR_INVALID: noCursor, BAD_USER_INPUT: () => ({ filter: { messageId: 'nothing' } }) },
  },
  inboxUpdated: { selection: 'cursor kind', works: after, refusals: OF_A_CONVERSATION },
  messageAdded: {
    selection: 'cursor message { id }',
    works: after,
    answers: { message: {} },
    refusals: OF_A_CONVERSATION,
  },
  messageStatusChanged: {
    selection: 'cursor message { id }',
    works: ({ start, thread }) => ({ after: start, messageId: thread.messageId }),
    answers: ({ thread }) => ({ message: { id: thread.messageId } }),
    refusals: { ...OF_A_CONVERSATION, NOT_FOUND: ({ nowhere }) => ({ messageId: nowhere.message }) },
  },
  typingChanged: {
    selection: 'conversationId isTyping',
    works: ({ thread }) => ({ conversationId: thread.conversationId }),
    answers: ({ thread }) => ({ conversationId: thread.conversationId, isTyping: true }),
    refusals: { NOT_FOUND: ofNobody, BAD_USER_INPUT: ofNothing },
  },
};
