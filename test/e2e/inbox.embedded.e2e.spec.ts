import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphqlAnswer } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

interface Conversation {
  readonly id: string;
  readonly status: string;
  readonly snoozedUntil: string | null;
  readonly assignee: { readonly agentId: string | null; readonly teamId: string | null } | null;
  readonly labels: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
}
interface Payload {
  readonly conversation: Conversation | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
  readonly cursor: string | null;
}

const FIELDS = 'id status snoozedUntil assignee { agentId teamId } labels attributes';
const mutationOf = (name: string) =>
  `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { payload: ${name}(input: $input) {
    conversation { ${FIELDS} } userErrors { code field } cursor } }`;
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  message { conversation { id contact { id } } } userErrors { code field } cursor } }`;
const LIST = `query ($filter: ConversationFilter) { conversations(filter: $filter) { nodes { id } } }`;
const UPDATES = `subscription ($id: ID) { conversationUpdated(conversationId: $id) { conversation { ${FIELDS} } } }`;
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const run = async (name: string, input: object): Promise<Payload> =>
  (await app.client.run<{ payload: Payload }>(mutationOf(name), { input })).payload;

async function thread(phoneNumber: string): Promise<string> {
  const content = { text: { text: 'hello' } };
  const input = { channelId: app.channelId, to: { phoneNumber }, content };
  const sent = await app.client.run<{ sendMessage: { message: { conversation: { id: string } } } }>(SEND, { input });
  return sent.sendMessage.message.conversation.id;
}

const list = async (filter: object, after: string | null): Promise<readonly string[]> => {
  const headers: Record<string, string> = after === null ? {} : { 'x-parley-after': after };
  const found = await app.client.run<{ conversations: { nodes: { id: string }[] } }>(LIST, { filter }, headers);
  return found.conversations.nodes.map(({ id }) => id);
};

describe('what an inbox does about its conversations, over HTTP and WebSocket', () => {
  it('closes, opens and puts aside; filters and subscribers follow', async () => {
    const id = await thread('+15550100001');
    const watch = app.client.watch<{ conversationUpdated: { conversation: Conversation } }>(UPDATES, { id });
    const closed = await run('closeConversation', { conversationId: id, actorId: 'agent-7' });
    expect(closed).toMatchObject({ conversation: { id, status: 'CLOSED' }, userErrors: [] });
    expect(await list({ status: 'CLOSED' }, closed.cursor)).toContain(id);
    expect(await list({ status: 'OPEN' }, closed.cursor)).not.toContain(id);
    const refused = await run('snoozeConversation', { conversationId: id, until: inDays(360) });
    expect(refused).toEqual({
      conversation: null,
      userErrors: [{ code: 'CONVERSATION_CLOSED', field: ['conversationId'] }],
      cursor: null,
    });
    expect((await run('openConversation', { conversationId: id })).conversation?.status).toBe('OPEN');
    const until = inDays(360);
    const aside = await run('snoozeConversation', { conversationId: id, until });
    expect(aside.conversation?.snoozedUntil).toBe(until);
    expect(await list({ isSnoozed: true }, aside.cursor)).toEqual([id]);
    expect(await list({ isSnoozed: false }, aside.cursor)).not.toContain(id);
    await eventually(() =>
      expect(watch.items.map(({ conversationUpdated }) => conversationUpdated.conversation.snoozedUntil)).toContain(
        until,
      ),
    );
    await watch.stop();
    expect(watch.errors).toEqual([]);
  });

  it('a time that has come ends its being put aside, without an event', async () => {
    const id = await thread('+15550100002');
    const until = new Date(Date.now() + 1_000).toISOString();
    const aside = await run('snoozeConversation', { conversationId: id, until });
    expect(aside.userErrors).toEqual([]);
    await eventually(async () => expect(await list({ isSnoozed: true }, aside.cursor)).not.toContain(id));
    const { conversation } = await app.client.run<{ conversation: Conversation }>(
      `query ($id: ID!) { conversation(id: $id) { ${FIELDS} } }`,
      { id },
    );
    expect(conversation).toMatchObject({ status: 'OPEN', snoozedUntil: null });
  });

  it('assigns, labels and keeps attributes', async () => {
    const id = await thread('+15550100003');
    const assigned = await run('assignConversation', { conversationId: id, agentId: 'agent-7', teamId: 'sales' });
    expect(assigned.conversation?.assignee).toEqual({ agentId: 'agent-7', teamId: 'sales' });
    expect(await list({ agentId: 'agent-7' }, assigned.cursor)).toEqual([id]);
    expect(await list({ teamId: 'sales', status: 'OPEN' }, assigned.cursor)).toEqual([id]);
    expect(await list({ isAssigned: true }, assigned.cursor)).toEqual([id]);
    expect(await list({ isAssigned: false }, assigned.cursor)).not.toContain(id);
    const nobodys = await run('assignConversation', { conversationId: id });
    expect(nobodys.conversation?.assignee).toBeNull();
    const labelled = await run('labelConversation', { conversationId: id, labels: ['vip', 'new'] });
    expect(labelled.conversation?.labels).toEqual(['new', 'vip']);
    expect(await list({ labels: ['vip', 'new'] }, labelled.cursor)).toEqual([id]);
    expect(await list({ labels: ['vip', 'old'] }, labelled.cursor)).toEqual([]);
    const unlabelled = await run('unlabelConversation', { conversationId: id, labels: ['new'] });
    expect(unlabelled.conversation?.labels).toEqual(['vip']);
    await run('setConversationAttributes', { conversationId: id, attributes: { order: { id: 7 }, tier: 'gold' } });
    const changed = await run('setConversationAttributes', { conversationId: id, attributes: { tier: null } });
    expect(changed.conversation?.attributes).toEqual({ order: { id: 7 } });
  });

  it('keeps internal notes, which are none of the messages', async () => {
    const id = await thread('+15550100001');
    const ADD = `mutation ($input: AddNoteInput!) { addNote(input: $input) {
      note { id text authorId createdAt } userErrors { code field } cursor } }`;
    const add = async (input: object) =>
      (
        await app.client.run<{ addNote: { note: { id: string } | null; userErrors: object[]; cursor: string } }>(ADD, {
          input,
        })
      ).addNote;
    const watch = app.client.watch<{ inboxUpdated: { kind: string } }>(
      `subscription ($id: ID) { inboxUpdated(conversationId: $id) { kind conversation { notes { nodes { text } } } } }`,
      { id },
    );
    const first = await add({ conversationId: id, text: 'first', authorId: 'agent-7' });
    const second = await add({ conversationId: id, text: 'second' });
    const READ = `query ($id: ID!, $asOf: ConversationAsOf) { conversation(id: $id, asOf: $asOf) {
      notes(last: 1) { nodes { id text authorId } pageInfo { hasPreviousPage } } messages { nodes { content { text } } } } }`;
    const headers = { 'x-parley-after': second.cursor };
    const now = await app.client.run<Noted>(READ, { id }, headers);
    expect(now.conversation.notes).toEqual({
      nodes: [{ id: second.note?.id, text: 'second', authorId: null }],
      pageInfo: { hasPreviousPage: true },
    });
    const texts = now.conversation.messages.nodes.map(({ content }) => content.text);
    expect(texts).not.toContain('first');
    const then = await app.client.run<Noted>(READ, { id, asOf: { cursor: first.cursor } });
    expect(then.conversation.notes.nodes).toMatchObject([{ id: first.note?.id, text: 'first', authorId: 'agent-7' }]);
    const refused = await add({ conversationId: UNKNOWN, text: 'x' });
    expect(refused).toMatchObject({ note: null, userErrors: [{ code: 'CONVERSATION_NOT_FOUND' }], cursor: null });
    await eventually(() =>
      expect(watch.items.map((one) => one.inboxUpdated)).toContainEqual({
        kind: 'CONVERSATION_UPDATED',
        conversation: { notes: { nodes: [{ text: 'first' }, { text: 'second' }] } },
      }),
    );
    await watch.stop();
  });

  it('blocks, opts out and keeps attributes of a contact', async () => {
    const to = { phoneNumber: '+15550100002' };
    const send = async () => {
      const input = { channelId: app.channelId, to, content: { text: { text: 'hi' } } };
      return (await app.client.run<{ sendMessage: Sent }>(SEND, { input })).sendMessage;
    };
    const { message, cursor } = await send();
    const { conversation } = await app.client.run<{ conversation: { contact: { id: string } } }>(
      'query ($id: ID!) { conversation(id: $id) { contact { id } } }',
      { id: message?.conversation.id },
      { 'x-parley-after': cursor ?? '' },
    );
    const contactId = conversation.contact.id;
    const change = async (name: string, more: object = {}) =>
      (
        await app.client.run<{ payload: { contact: Contact | null; userErrors: { code: string }[]; cursor: string } }>(
          `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { payload: ${name}(input: $input) {
            contact { id blockedAt optedOutAt attributes } userErrors { code field } cursor } }`,
          { input: { contactId, ...more } },
        )
      ).payload;
    expect((await change('blockContact', { actorId: 'agent-7' })).contact?.blockedAt).toEqual(expect.any(String));
    expect((await send()).userErrors).toEqual([{ code: 'RECIPIENT_BLOCKED', field: ['to', 'phoneNumber'] }]);
    expect((await change('unblockContact')).contact?.blockedAt).toBeNull();
    expect((await change('optOutContact')).contact?.optedOutAt).toEqual(expect.any(String));
    expect((await send()).userErrors).toEqual([{ code: 'RECIPIENT_OPTED_OUT', field: ['to', 'phoneNumber'] }]);
    expect((await change('optInContact')).contact?.optedOutAt).toBeNull();
    expect((await send()).userErrors).toEqual([]);
    const kept = await change('setContactAttributes', { attributes: { tier: 'gold' } });
    expect(kept.contact?.attributes).toEqual({ tier: 'gold' });
    const { contact } = await app.client.run<{ contact: Contact }>(
      'query ($id: ID!) { contact(id: $id) { blockedAt optedOutAt attributes } }',
      { id: contactId },
      { 'x-parley-after': kept.cursor },
    );
    expect(contact).toEqual({ blockedAt: null, optedOutAt: null, attributes: { tier: 'gold' } });
    for (const name of ['blockContact', 'unblockContact', 'optOutContact', 'optInContact'])
      expect(await change(name, { contactId: UNKNOWN_CONTACT })).toMatchObject(NO_CONTACT);
    expect(await change('setContactAttributes', { contactId: UNKNOWN_CONTACT, attributes: {} })).toMatchObject(
      NO_CONTACT,
    );
  });

  it('counts by status and assignee, and lists all messages with a contact', async () => {
    const COUNTS = `{ conversationCounts { open closed unassigned assignees { open assignee { agentId teamId } } } }`;
    const counts = async (after: string | null) =>
      (await app.client.run<{ conversationCounts: Counts }>(COUNTS, {}, { 'x-parley-after': after ?? '' }))
        .conversationCounts;
    const id = await thread('+15550100003');
    const open = await run('openConversation', { conversationId: id });
    const before = await counts(open.cursor);
    const { cursor } = await run('assignConversation', { conversationId: id, agentId: 'counted' });
    const after = await counts(cursor);
    expect(after).toMatchObject({ open: before.open, unassigned: before.unassigned - 1 });
    expect(after.assignees).toContainEqual({ open: 1, assignee: { agentId: 'counted', teamId: null } });
    const closed = await run('closeConversation', { conversationId: id });
    expect(await counts(closed.cursor)).toMatchObject({ open: before.open - 1, closed: before.closed + 1 });
    const { conversation } = await app.client.run<{ conversation: { contact: { messages: { nodes: object[] } } } }>(
      'query ($id: ID!) { conversation(id: $id) { contact { messages(last: 1) { nodes { conversation { id } } } } } }',
      { id },
    );
    expect(conversation.contact.messages.nodes).toEqual([{ conversation: { id } }]);
  });

  it('finds by name, address, platform, window and time, in several orders, and refuses cursors of another', async () => {
    const id = await thread('+15550100007');
    const sent = await run('assignConversation', { conversationId: id, agentId: 'finder' });
    const agentId = 'finder';
    expect(await list({ agentId, text: '555 0100007' }, sent.cursor)).toEqual([id]);
    expect(await list({ agentId, text: 'nobody' }, sent.cursor)).toEqual([]);
    expect(await list({ agentId, text: ' ', platform: 'WHATSAPP' }, sent.cursor)).toEqual([id]);
    expect(await list({ agentId, platform: 'SMS' }, sent.cursor)).toEqual([]);
    // The sandbox's window never closes.
    expect(await list({ agentId, windowClosesWithinSeconds: 86_400 }, sent.cursor)).toEqual([]);
    expect(await list({ agentId, lastActivityAfter: inDays(-1), lastActivityBefore: inDays(1) }, null)).toEqual([id]);
    expect(await list({ agentId, lastActivityBefore: inDays(-1) }, null)).toEqual([]);
    const ORDERED = `query ($by: ConversationOrder, $after: String) { conversations(first: 1, after: $after, orderBy: $by) {
      nodes { id waitingSince } pageInfo { hasNextPage endCursor } } }`;
    type Ordered = { conversations: { nodes: { waitingSince: string | null }[]; pageInfo: { endCursor: string } } };
    const orders = ['NEWEST_ACTIVITY', 'OLDEST_ACTIVITY', 'NEWEST'];
    const pages = await Promise.all(orders.map((by) => app.client.run<Ordered>(ORDERED, { by })));
    const after = pages[0]?.conversations.pageInfo.endCursor;
    for (const by of [...orders.slice(1), 'LONGEST_WAITING', 'WINDOW_CLOSING'])
      expect((await app.client.ask(ORDERED, { by, after })).errors).toMatchObject([
        { extensions: { code: 'CURSOR_INVALID' } },
      ]);
    expect((await app.client.run<Ordered>(ORDERED, { by: 'WINDOW_CLOSING' })).conversations.nodes).toEqual([]);
    const { contacts } = await app.client.run<{ contacts: { nodes: { addresses: object[] }[] } }>(
      '{ contacts(filter: { text: "0100007" }) { nodes { addresses { address } } } }',
    );
    expect(contacts.nodes).toEqual([{ addresses: [{ address: '+15550100007' }] }]);
    const { conversationCounts } = await app.client.run<{ conversationCounts: object }>(
      '{ conversationCounts(agentId: "finder") { open closed assignees { open } } }',
    );
    expect(conversationCounts).toEqual({ open: 1, closed: 0, assignees: [{ open: 1 }] });
  });

  it.each([
    ['more seconds than windows have', { windowClosesWithinSeconds: 2_700_000 }],
    ['fewer than none', { windowClosesWithinSeconds: -1 }],
    ['what is no time', { lastActivityAfter: 'yesterday' }],
    ['a name of a novel', { text: 'x'.repeat(201) }],
  ])('refuses %s', async (_what, filter) => {
    const { errors } = await app.client.ask(LIST, { filter });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('says of a message what it is for, and counts by it', async () => {
    const input = {
      ...{ channelId: app.channelId, to: { phoneNumber: '+15550100001' }, category: 'AUTHENTICATION' },
      content: { text: { text: 'Your code is 000000.' } },
    };
    const SENT = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { category } cursor } }`;
    const { sendMessage } = await app.client.run<{ sendMessage: { cursor: string } }>(SENT, { input });
    expect(sendMessage).toMatchObject({ message: { category: 'AUTHENTICATION' } });
    const COUNTED = `query ($from: DateTime!, $to: DateTime!) {
      messageStatistics(from: $from, to: $to, by: [CATEGORY]) { category count } }`;
    const span = { from: inDays(-1), to: inDays(1) };
    const found = await app.client.run<{ messageStatistics: object[] }>(COUNTED, span, {
      'x-parley-after': sendMessage.cursor,
    });
    expect(found.messageStatistics).toContainEqual({ category: 'AUTHENTICATION', count: 1 });
  });

  it('tells who watches that somebody types, and records nothing of it', async () => {
    const id = await thread('+15550100001');
    const TYPE = 'mutation ($input: SetTypingInput!) { setTyping(input: $input) { userErrors { code field } } }';
    const type = async (input: object) =>
      (await app.client.run<{ setTyping: { userErrors: object[] } }>(TYPE, { input })).setTyping.userErrors;
    const WATCH =
      'subscription ($id: ID!) { typingChanged(conversationId: $id) { conversationId author authorId isTyping expiresAt } }';
    const watch = app.client.watch<{ typingChanged: object }>(WATCH, { id });
    const types = { author: 'AGENT', conversationId: id, authorId: 'agent-7', isTyping: true };
    await eventually(async () => {
      expect(await type({ conversationId: id, authorId: 'agent-7' })).toEqual([]);
      expect(watch.items.at(0)?.typingChanged).toMatchObject({ ...types, expiresAt: expect.any(String) as unknown });
    });
    expect(await type({ conversationId: id, isTyping: false })).toEqual([]);
    await eventually(() =>
      expect(watch.items.at(-1)?.typingChanged).toMatchObject({ ...types, authorId: null, isTyping: false }),
    );
    await watch.stop();
    expect(await type({ conversationId: UNKNOWN })).toEqual([
      { code: 'CONVERSATION_NOT_FOUND', field: ['conversationId'] },
    ]);
    expect(await type({ conversationId: id, authorId: '' })).toEqual([{ code: 'INPUT_INVALID', field: ['authorId'] }]);
    const refused = app.client.watch(WATCH, { id: UNKNOWN });
    await eventually(() => expect(refused.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]));
    await refused.stop();
  });

  it.each([
    ['closeConversation', {}, 'CONVERSATION_NOT_FOUND conversationId'],
    ['openConversation', {}, 'CONVERSATION_NOT_FOUND conversationId'],
    ['snoozeConversation', { until: '2030-01-01T00:00:00Z' }, 'CONVERSATION_NOT_FOUND conversationId'],
    ['assignConversation', { agentId: 'a' }, 'CONVERSATION_NOT_FOUND conversationId'],
    ['labelConversation', { labels: ['a'] }, 'CONVERSATION_NOT_FOUND conversationId'],
    ['unlabelConversation', { labels: ['a'] }, 'CONVERSATION_NOT_FOUND conversationId'],
    ['setConversationAttributes', { attributes: {} }, 'CONVERSATION_NOT_FOUND conversationId'],
  ])('%s refuses what is unknown', async (name, more, refusal) => {
    const { conversation, userErrors } = await run(name, { conversationId: UNKNOWN, ...more });
    expect(conversation).toBeNull();
    expect(userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`)).toEqual([refusal]);
  });

  it('refuses a filter that no text can be', async () => {
    const answer: GraphqlAnswer<unknown> = await app.client.ask(LIST, { filter: { labels: ['a\0'] } });
    expect(answer.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});

interface Noted {
  readonly conversation: {
    readonly notes: { readonly nodes: readonly object[] };
    readonly messages: { readonly nodes: readonly { readonly content: { readonly text: string } }[] };
  };
}

interface Counts {
  readonly open: number;
  readonly closed: number;
  readonly unassigned: number;
  readonly assignees: readonly object[];
}
interface Sent {
  readonly message: { readonly conversation: { readonly id: string } } | null;
  readonly userErrors: readonly object[];
  readonly cursor: string | null;
}
interface Contact {
  readonly blockedAt: string | null;
  readonly optedOutAt: string | null;
  readonly attributes: object;
}

const UNKNOWN_CONTACT = 'cont_00000000000000000000000000';
const NO_CONTACT = {
  contact: null,
  userErrors: [{ code: 'CONTACT_NOT_FOUND', field: ['contactId'] }],
  cursor: null,
};
const UNKNOWN = 'conv_00000000000000000000000000';
