import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import {
  postSigned,
  startScriptedCarrier,
  type CarrierCall,
  type ScriptedCarrier,
} from '../support/scripted-carrier.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const CONNECT = `mutation ($input: CreateChannelInput!) { createChannel(input: $input) { channel { id } userErrors { code } } }`;
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  message { conversation { id } contact { id } } userErrors { code field } cursor } }`;
const MERGE = `mutation ($input: MergeContactsInput!) { mergeContacts(input: $input) {
  contact { id mergedContactIds addresses { address } optedOutAt } userErrors { code field } cursor } }`;
const CONTACT = `query ($id: ID!) { contact(id: $id) { id addresses { address }
  conversations { nodes { id } } messages { nodes { conversation { id } } } } node(id: $id) { id } }`;
const TYPING = 'subscription ($id: ID!) { typingChanged(conversationId: $id) { author authorId isTyping } }';
const MARK = `mutation ($input: MarkConversationReadInput!) { markConversationRead(input: $input) {
  conversation { unreadCount } userErrors { code } } }`;

interface Thread {
  readonly conversation: { readonly id: string };
  readonly contact: { readonly id: string };
}
interface Sent {
  readonly message: Thread | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] }[];
  readonly cursor: string | null;
}
interface Merged {
  readonly contact: object | null;
  readonly userErrors: readonly object[];
  readonly cursor: string | null;
}
interface Contact {
  readonly id: string;
  readonly addresses: readonly { readonly address: string }[];
  readonly conversations: { readonly nodes: readonly { readonly id: string }[] };
  readonly messages: { readonly nodes: readonly { readonly conversation: { readonly id: string } }[] };
}

let app: TestApp;
let carrier: ScriptedCarrier;
let channelId: string;
beforeAll(async () => {
  app = await startTestApp();
  carrier = await startScriptedCarrier();
  const input = {
    name: 'Scripted',
    provider: 'SANDBOX',
    platform: 'WHATSAPP',
    settings: { apiBaseUrl: carrier.baseUrl },
  };
  const made = await app.client.run<{ createChannel: { channel: { id: string } } }>(CONNECT, { input });
  channelId = made.createChannel.channel.id;
});
afterAll(async () => {
  await app.stop();
  await carrier.close();
});

const send = async (phoneNumber: string): Promise<Sent> => {
  const input = { channelId, to: { phoneNumber }, content: { text: { text: 'hi' } } };
  return (await app.client.run<{ sendMessage: Sent }>(SEND, { input })).sendMessage;
};
const meet = async (phoneNumber: string): Promise<Thread> => (await send(phoneNumber)).message ?? expect.unreachable();
const merge = async (fromContactId: string, intoContactId: string): Promise<Merged> =>
  (await app.client.run<{ mergeContacts: Merged }>(MERGE, { input: { fromContactId, intoContactId } })).mergeContacts;
/** What the carrier was called with: it knows by it where to post. */
const callTo = (phoneNumber: string): Promise<CarrierCall> =>
  eventually(() => carrier.calls.find(({ to }) => to === phoneNumber) ?? expect.unreachable('no call'));
const say = async (phoneNumber: string, webhook: object): Promise<number> => {
  const { callbackUrl, token } = await callTo(phoneNumber);
  return postSigned(callbackUrl, token, webhook);
};
const written = (from: string, id: string) => ({
  ...{ type: 'message', id, from, occurredAt: new Date().toISOString() },
  content: { kind: 'text', text: id, actions: [], attachments: [] },
});

describe('contacts, over HTTP and WebSocket', () => {
  it('merges two: either id answers the one that is shown, with all that is theirs; none is written to whom one bars', async () => {
    const [a, b] = [await meet('+15550400001'), await meet('+15550400002')];
    const { cursor: before } = await send('+15550400002');
    const out = `mutation ($input: OptOutContactInput!) { optOutContact(input: $input) { contact { id } } }`;
    await app.client.run(out, { input: { contactId: a.contact.id } });
    const merged = await merge(a.contact.id, b.contact.id);
    expect(merged).toMatchObject({
      contact: { id: b.contact.id, mergedContactIds: [a.contact.id], optedOutAt: expect.any(String) as unknown },
      userErrors: [],
    });
    const refusal = [{ code: 'RECIPIENT_OPTED_OUT', field: ['to', 'phoneNumber'] }];
    for (const phoneNumber of ['+15550400001', '+15550400002'])
      expect((await send(phoneNumber)).userErrors).toEqual(refusal);
    const after = { 'x-parley-after': merged.cursor ?? '' };
    const both = [a.conversation.id, b.conversation.id].sort();
    for (const { contact, conversation } of [a, b]) {
      const found = await app.client.run<{ contact: Contact; node: { id: string } }>(CONTACT, contact, after);
      expect([found.contact.id, found.node.id]).toEqual([b.contact.id, b.contact.id]);
      expect(found.contact.addresses.map(({ address }) => address)).toEqual(['+15550400002', '+15550400001']);
      expect(found.contact.conversations.nodes.map(({ id }) => id).sort()).toEqual(both);
      expect(new Set(found.contact.messages.nodes.map((one) => one.conversation.id))).toEqual(new Set(both));
      const query = 'query ($id: ID!) { conversation(id: $id) { contact { id } } }';
      expect(await app.client.run(query, conversation)).toEqual({ conversation: { contact: { id: b.contact.id } } });
    }
    const listed = await app.client.run<{ contacts: { nodes: { id: string }[] } }>('{ contacts { nodes { id } } }');
    expect(listed.contacts.nodes).not.toContainEqual({ id: a.contact.id });
    // As it was before: two.
    const past = `query ($id: ID!, $at: Cursor!) { conversation(id: $id, asOf: { cursor: $at }) {
      contact { id conversations { nodes { id } } messages { nodes { conversation { id } } } } } }`;
    const then = await app.client.run<{ conversation: { contact: Contact } }>(past, {
      id: a.conversation.id,
      at: before,
    });
    expect(then.conversation.contact.id).toBe(a.contact.id);
    expect(then.conversation.contact.conversations.nodes).toEqual([a.conversation]);
    const now = await app.client.run<{ conversation: { contact: Contact } }>(past, {
      ...{ id: a.conversation.id, at: merged.cursor },
    });
    expect(now.conversation.contact.id).toBe(b.contact.id);
    expect(now.conversation.contact.conversations.nodes.map(({ id }) => id).sort()).toEqual(both);
    expect(new Set(now.conversation.contact.messages.nodes.map((one) => one.conversation.id))).toEqual(new Set(both));
  });

  it('a client token that names one of them opens the threads of both, and of nobody else', async () => {
    const [a, b, other] = [await meet('+15550400011'), await meet('+15550400012'), await meet('+15550400013')];
    const { cursor } = await merge(a.contact.id, b.contact.id);
    const create = `mutation ($input: CreateClientTokenInput!) { createClientToken(input: $input) { token userErrors { code } } }`;
    const made = await app.client.run<{ createClientToken: { token: string } }>(
      create,
      { input: { contactIds: [a.contact.id] } },
      { 'x-parley-after': cursor ?? '' },
    );
    const client = apiClient(app.url, made.createClientToken.token);
    const query = 'query ($id: ID!) { conversation(id: $id) { id contact { id } messages { nodes { id } } } }';
    for (const { conversation } of [a, b])
      expect(await client.run(query, conversation)).toMatchObject({
        conversation: { ...conversation, contact: b.contact, messages: { nodes: [{}] } },
      });
    expect(await client.run(query, other.conversation)).toEqual({ conversation: null });
    const { contact } = await client.run<{ contact: Contact }>(CONTACT, a.contact);
    expect(contact.conversations.nodes).toHaveLength(2);
    expect(contact.messages.nodes).toHaveLength(2);
  });

  it('a client token that named one of them before opens nothing of the other', async () => {
    const [a, b] = [await meet('+15550400021'), await meet('+15550400022')];
    const create = `mutation ($input: CreateClientTokenInput!) { createClientToken(input: $input) { token } }`;
    const made = await app.client.run<{ createClientToken: { token: string } }>(create, {
      input: { contactIds: [b.contact.id] },
    });
    const client = apiClient(app.url, made.createClientToken.token);
    const asked = `query ($id: ID!, $thread: ID!, $other: ID!) {
      contact(id: $id) { addresses { address } }
      contacts { nodes { id } }
      conversation(id: $thread) { id contact { id } messages { nodes { id } } }
      other: conversation(id: $other) { id }
    }`;
    const ids = { id: b.contact.id, thread: b.conversation.id, other: a.conversation.id };
    expect(await client.run(asked, ids)).toMatchObject({
      contact: { addresses: [{ address: '+15550400022' }] },
      conversation: { contact: b.contact },
      other: null,
    });
    const { cursor } = await merge(a.contact.id, b.contact.id);
    expect(await client.run(asked, ids, { 'x-parley-after': cursor ?? '' })).toMatchObject({
      contact: null,
      contacts: { nodes: [] },
      conversation: { ...b.conversation, contact: null, messages: { nodes: [{}] } },
      other: null,
    });
  });

  it('gives a contact another address, which is then written to as the first', async () => {
    const { contact } = await meet('+15550400015');
    const add = `mutation ($input: AddContactAddressInput!) { addContactAddress(input: $input) {
      contact { id addresses { address } } userErrors { code field } } }`;
    const given = { channelId, address: '+15550400016' };
    expect(await app.client.run(add, { input: { ...given, contactId: contact.id } })).toEqual({
      addContactAddress: {
        contact: { id: contact.id, addresses: [{ address: '+15550400015' }, { address: '+15550400016' }] },
        userErrors: [],
      },
    });
    const sent = await send('+15550400016');
    const query = 'query ($id: ID!) { conversation(id: $id) { contact { id } } }';
    expect(await app.client.run(query, sent.message?.conversation, { 'x-parley-after': sent.cursor ?? '' })).toEqual({
      conversation: { contact: { id: contact.id } },
    });
    expect(await app.client.run(add, { input: { ...given, contactId: 'cont_00000000000000000000000000' } })).toEqual({
      addContactAddress: { contact: null, userErrors: [{ code: 'CONTACT_NOT_FOUND', field: ['contactId'] }] },
    });
  });

  it('refuses to merge what is unknown', async () => {
    const unknown = 'cont_00000000000000000000000000';
    const { contact } = await meet('+15550400021');
    expect(await merge(unknown, contact.id)).toEqual({
      ...{ contact: null, cursor: null },
      userErrors: [{ code: 'CONTACT_NOT_FOUND', field: ['fromContactId'] }],
    });
    expect((await merge(contact.id, unknown)).userErrors).toEqual([
      { code: 'CONTACT_NOT_FOUND', field: ['intoContactId'] },
    ]);
  });

  it('shows the contact what was read, up to their last message, once for each move of the mark', async () => {
    const phone = '+15550400031';
    const { conversation } = await meet(phone);
    expect(await say(phone, { events: [written(phone, 'read-1'), written(phone, 'read-2')] })).toBe(200);
    const unread = 'query ($id: ID!) { conversation(id: $id) { unreadCount } }';
    await eventually(async () =>
      expect(await app.client.run(unread, conversation)).toEqual({ conversation: { unreadCount: 2 } }),
    );
    const mark = () => app.client.run(MARK, { input: { conversationId: conversation.id } });
    const done = { markConversationRead: { conversation: { unreadCount: 0 }, userErrors: [] } };
    expect(await mark()).toEqual(done);
    await eventually(() => expect(carrier.reads).toEqual([{ to: phone, upTo: 'read-2' }]));
    await eventually(async () =>
      expect(await app.client.run(unread, conversation)).toEqual({ conversation: { unreadCount: 0 } }),
    );
    expect(await mark()).toEqual(done);
    expect(await say(phone, written(phone, 'read-3'))).toBe(200);
    await eventually(async () => {
      await mark();
      expect(carrier.reads).toHaveLength(2);
    });
    expect(carrier.reads.at(-1)).toEqual({ to: phone, upTo: 'read-3' });
  });

  it('tells who watches that the contact types, and keeps nothing of it in any log', async () => {
    const phone = '+15550400041';
    const { conversation } = await meet(phone);
    const watch = app.client.watch<{ typingChanged: object }>(TYPING, conversation);
    const types = (isTyping: boolean) => ({ type: 'typing', from: phone, isTyping });
    const said = { author: 'CONTACT', authorId: null };
    await eventually(async () => {
      expect(await say(phone, types(true))).toBe(200);
      expect(watch.items.at(0)?.typingChanged).toEqual({ ...said, isTyping: true });
    });
    expect(await say(phone, { events: [types(false)] })).toBe(200);
    await eventually(() => expect(watch.items.at(-1)?.typingChanged).toEqual({ ...said, isTyping: false }));
    // Somebody who is not known: nothing is made for it.
    expect(await say(phone, { type: 'typing', from: '+15550400049', isTyping: true })).toBe(200);
    const { callbackUrl } = await callTo(phone);
    expect(await postSigned(callbackUrl, 'forged-forged-forged', types(true))).toBe(401);
    const database = new pg.Client({ connectionString: app.databaseUrl });
    await database.connect();
    const raw = async () =>
      (
        await database.query<{ said: string }>(
          `select convert_from(value, 'utf8') as said from log.records where topic = 'webhooks'`,
        )
      ).rows.filter(
        ({ said }) => /typing/.test(said) || said.includes(Buffer.from('"typing"').toString('base64').slice(1, -3)),
      );
    expect(await raw()).toEqual([]);
    // With anything else beside it, it is recorded whole.
    expect(await say(phone, { events: [types(true), written(phone, 'beside')] })).toBe(200);
    await eventually(async () =>
      expect(
        await app.client.run(
          'query ($id: ID!) { conversation(id: $id) { lastMessage { content { text } } } }',
          conversation,
        ),
      ).toEqual({ conversation: { lastMessage: { content: { text: 'beside' } } } }),
    );
    await database.end();
    await watch.stop();
    expect(watch.errors).toEqual([]);
  });

  it('the sandbox tells of one who types before the answer', async () => {
    const input = { channelId: app.channelId, to: { phoneNumber: '+15550100010' }, content: { text: { text: 'hi' } } };
    const sent = await app.client.run<{ sendMessage: Sent }>(SEND, { input });
    const watch = app.client.watch<{ typingChanged: object }>(TYPING, sent.sendMessage.message?.conversation);
    await eventually(async () => {
      if (watch.items.length === 0) await app.client.run(SEND, { input });
      expect(watch.items.at(0)?.typingChanged).toEqual({ author: 'CONTACT', authorId: null, isTyping: true });
    });
    await watch.stop();
  });
});
