import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

interface Message {
  readonly id: string;
  readonly status: string;
  readonly scheduledAt: string | null;
  readonly sortKey: string | null;
  readonly conversation: { readonly id: string } | null;
  readonly failure: { readonly code: string } | null;
  readonly timeline: readonly { readonly status: string; readonly attempt: number }[];
}
interface Payload {
  readonly message: Message | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] }[];
  readonly cursor: string | null;
}
interface Lists {
  readonly conversation: {
    readonly messages: { readonly nodes: readonly { readonly id: string }[] };
    readonly scheduledMessages: { readonly nodes: readonly { readonly id: string }[] };
  };
}
interface Inbox {
  readonly inboxUpdated: {
    readonly kind: string;
    readonly message: { readonly id: string };
    readonly change: { readonly status: string } | null;
  };
}

interface Status {
  readonly messageStatusChanged: { readonly change: { readonly status: string } };
}

const PAYLOAD = `{ message { id status scheduledAt sortKey conversation { id } failure { code }
  timeline { status attempt } } userErrors { code field } cursor }`;
const SEND = `mutation ($input: SendMessageInput!) { payload: sendMessage(input: $input) ${PAYLOAD} }`;
const CANCEL = `mutation ($input: CancelScheduledMessageInput!) { payload: cancelScheduledMessage(input: $input) ${PAYLOAD} }`;
const RESOLVE = `mutation ($input: ResolveMessageInput!) { payload: resolveMessage(input: $input) ${PAYLOAD} }`;
const LISTS = `query ($id: ID!) { conversation(id: $id) { messages { nodes { id } } scheduledMessages { nodes { id } } } }`;
const INBOX = `subscription ($id: ID, $after: Cursor) { inboxUpdated(conversationId: $id, after: $after) {
  kind message { id } change { status } } }`;
const STATUS = `subscription ($id: ID, $after: Cursor) { messageStatusChanged(messageId: $id, after: $after) {
  change { status } } }`;
const MESSAGE = 'query ($id: ID!) { message(id: $id) { status timeline { status attempt } } }';

describe('messages for later, and messages of which nobody knows', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.stop());

  const run = async (mutation: string, input: object): Promise<Payload> =>
    (await app.client.run<{ payload: Payload }>(mutation, { input })).payload;
  const send = async (to: string, inSeconds?: number): Promise<Message> => {
    const scheduledAt = inSeconds === undefined ? null : new Date(Date.now() + inSeconds * 1_000).toISOString();
    const content = { text: { text: 'hello' } };
    const { message, userErrors } = await run(SEND, {
      ...{ channelId: app.channelId, to: { phoneNumber: to }, content, scheduledAt },
    });
    expect(userErrors).toEqual([]);
    return message ?? expect.unreachable('no message');
  };
  const statusOf = async (id: string) =>
    (await app.client.run<{ message: { status: string } | null }>(MESSAGE, { id })).message?.status;
  const lists = async (id: string) => {
    const { conversation } = await app.client.run<Lists>(LISTS, { id });
    const { messages, scheduledMessages } = conversation;
    return { messages: messages.nodes.map((one) => one.id), scheduled: scheduledMessages.nodes.map((one) => one.id) };
  };
  const patiently = (look: () => void | Promise<void>) => eventually(look, { timeoutMs: 30_000 });

  it('sends it when it is due; then it joins the messages, and not before', async () => {
    const message = await send('+15550100021', 4);
    expect(message).toMatchObject({ status: 'SCHEDULED', sortKey: null, timeline: [{ status: 'SCHEDULED' }] });
    const conversationId = message.conversation?.id ?? '';
    const watch = app.client.watch<Inbox>(INBOX, { id: conversationId });
    expect(await lists(conversationId)).toEqual({ messages: [], scheduled: [message.id] });
    await patiently(async () => expect(await statusOf(message.id)).toBe('READ'));
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(message.scheduledAt ?? ''));
    const { messages, scheduled } = await lists(conversationId);
    expect([messages[0], scheduled]).toEqual([message.id, []]);
    await patiently(async () => {
      const told = watch.items.map(({ inboxUpdated }) => inboxUpdated).filter((one) => one.message.id === message.id);
      expect(told.find(({ kind }) => kind === 'MESSAGE_ADDED')?.change?.status).toBe('PROCESSING');
      expect(told.at(-1)?.change?.status).toBe('READ');
    });
    await watch.stop();
  });

  it('takes it back at once, and answers the same again', async () => {
    const { cursor } = await app.client.run<{ cursor: string }>('{ cursor }');
    const message = await send('+15550100020', 60);
    const watch = app.client.watch<Status>(STATUS, { id: message.id, after: cursor });
    const cancelled = await run(CANCEL, { messageId: message.id });
    expect(cancelled).toMatchObject({
      message: { id: message.id, status: 'CANCELLED', sortKey: null },
      userErrors: [],
    });
    expect(cancelled.message?.timeline.map(({ status }) => status)).toEqual(['SCHEDULED', 'CANCELLED']);
    const again = await run(CANCEL, { messageId: message.id });
    expect(again.message).toMatchObject({ id: message.id, status: 'CANCELLED' });
    expect(await lists(message.conversation?.id ?? '')).toEqual({ messages: [], scheduled: [] });
    await patiently(() => {
      const told = watch.items.map(({ messageStatusChanged }) => messageStatusChanged.change.status);
      expect(told).toEqual(['SCHEDULED', 'CANCELLED']);
    });
    await watch.stop();
    const sent = await send('+15550100020');
    expect((await run(CANCEL, { messageId: sent.id })).userErrors).toMatchObject([{ code: 'MESSAGE_NOT_SCHEDULED' }]);
    expect((await run(RESOLVE, { messageId: sent.id, as: 'SENT' })).userErrors).toMatchObject([
      { code: 'MESSAGE_NOT_UNKNOWN', field: ['messageId'] },
    ]);
  });

  it('has a person settle what nobody knows: sent again first, and given up then', async () => {
    const { id } = await send('+15550100006');
    await patiently(async () => expect(await statusOf(id)).toBe('OUTCOME_UNKNOWN'));
    const both = await Promise.all([1, 2].map(() => run(RESOLVE, { messageId: id, as: 'RESEND' })));
    expect(both.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(['MESSAGE_NOT_UNKNOWN']);
    const resent = both.find(({ message }) => message !== null)?.message;
    expect(resent).toMatchObject({ id, status: 'ACCEPTED' });
    expect(resent?.timeline).toContainEqual({ status: 'ACCEPTED', attempt: 2 });
    await patiently(async () => {
      const { message } = await app.client.run<{ message: Message }>(MESSAGE, { id });
      expect(message.timeline).toContainEqual({ status: 'OUTCOME_UNKNOWN', attempt: 2 });
    });
    const failed = await run(RESOLVE, { messageId: id, as: 'FAILED' });
    expect(failed.message).toMatchObject({ status: 'SENDING_FAILED', failure: { code: 'RESOLVED_AS_FAILED' } });
    await patiently(async () => expect(await statusOf(id)).toBe('SENDING_FAILED'));
  });
});
