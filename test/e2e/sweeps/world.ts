import { expect } from 'vitest';
import { ID_PREFIX } from '../../../src/events/kernel/ids.js';
import type { ApiClient } from '../../support/api-client.js';
import { eventually } from '../../support/eventually.js';

export type Kind = keyof typeof ID_PREFIX;

/** What a workspace has: one of each kind, and everything of it is known. */
export interface World {
  readonly client: ApiClient;
  readonly ids: Readonly<Record<Kind, string>>;
  /** A cursor from before anything of any world happened. */
  readonly start: string;
  /** What nobody else may ever read. */
  readonly secrets: readonly string[];
}

/** Ids of every kind that nothing has. */
export const NOWHERE = Object.fromEntries(
  Object.entries(ID_PREFIX).map(([kind, prefix]) => [kind, `${prefix}_01h455vb4pex5vsknk084sn02q`]),
) as Record<Kind, string>;

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  message { id conversation { id contact { id } } } userErrors { code } } }`;
const KNOWN = `query ($id: ID!) { conversation(id: $id) { messages { nodes { direction status } }
  scheduledMessages { nodes { id } } } events(first: 100) { nodes { id } } viewer { workspaceId } }`;

interface Sent {
  readonly sendMessage: { readonly message: { readonly id: string; readonly conversation: Thread } | null };
}
interface Thread {
  readonly id: string;
  readonly contact: { readonly id: string };
}
interface Known {
  readonly conversation: {
    readonly messages: { readonly nodes: readonly { readonly direction: string; readonly status: string }[] };
    readonly scheduledMessages: { readonly nodes: readonly unknown[] };
  };
  readonly events: { readonly nodes: readonly { readonly id: string }[] };
  readonly viewer: { readonly workspaceId: string };
}

const MAKE_KEY = `mutation { createApiKey(input: { name: "A key", scopes: [KEYS_ADMIN] }) { apiKey { id } secret } }`;

/** A key that has made another one itself, which is in the audit. */
async function createActiveKey(client: ApiClient): Promise<string> {
  interface Made {
    readonly createApiKey: { readonly apiKey: { readonly id: string }; readonly secret: string };
  }
  const { createApiKey: made } = await client.run<Made>(MAKE_KEY);
  await client.run(MAKE_KEY, {}, { authorization: `Bearer ${made.secret}` });
  await eventually(async () => {
    const found = await client.run<{ auditEvents: { nodes: readonly unknown[] } }>(
      'query ($id: ID!) { auditEvents(filter: { actorId: $id }) { nodes { id } } }',
      { id: made.apiKey.id },
    );
    expect(found.auditEvents.nodes).toHaveLength(1);
  });
  return made.apiKey.id;
}

/** A key, a channel, a template, a conversation with a note, a message each way and one for later; waits until nothing of it moves any more. */
export async function createWorld(client: ApiClient, name: string, phoneNumber: string): Promise<World> {
  const { cursor: start } = await client.run<{ cursor: string }>('{ cursor }');
  const apiKey = await createActiveKey(client);
  const made = await client.run<{ createChannel: { channel: { id: string } } }>(
    `mutation ($name: String!) { createChannel(input: { name: $name, provider: SANDBOX, platform: WHATSAPP,
      settings: {} }) { channel { id } } }`,
    { name: `${name} channel` },
  );
  const channel = made.createChannel.channel.id;
  const write = async (more: object) => {
    const input = { channelId: channel, to: { phoneNumber }, content: { text: { text: `${name} words` } }, ...more };
    const { message } = (await client.run<Sent>(SEND, { input })).sendMessage;
    return message ?? expect.unreachable();
  };
  const { id: message, conversation } = await write({ reference: `${name} reference` });
  await write({ scheduledAt: new Date(Date.now() + 3_600_000).toISOString() });
  const noted = await client.run<{ addNote: { note: { id: string } } }>(
    'mutation ($input: AddNoteInput!) { addNote(input: $input) { note { id } } }',
    { input: { conversationId: conversation.id, text: `${name} note` } },
  );
  const note = noted.addNote.note.id;
  const kept = await client.run<{ createTemplate: { template: { id: string } } }>(
    'mutation ($input: CreateTemplateInput!) { createTemplate(input: $input) { template { id } } }',
    { input: { name: `${name} template`, body: `${name} approved`, providerNames: [{ channelId: channel }] } },
  );
  const template = kept.createTemplate.template.id;
  const known = await eventually(
    async () => {
      const found = await client.run<Known>(KNOWN, { id: conversation.id });
      expect(found.conversation.messages.nodes).toMatchObject([{ status: 'READ' }, { direction: 'INCOMING' }]);
      expect(found.conversation.scheduledMessages.nodes).toHaveLength(1);
      return found;
    },
    { timeoutMs: 30_000 },
  );
  return {
    ...{ client, start },
    ids: {
      ...{ message, conversation: conversation.id, contact: conversation.contact.id, channel },
      ...{ event: known.events.nodes[0]?.id ?? '', workspace: known.viewer.workspaceId },
      ...{ rawWebhook: NOWHERE.rawWebhook, apiKey, note, template },
    },
    secrets: [
      `${name} template`,
      `${name} approved`,
      `${name} channel`,
      `${name} words`,
      `${name} note`,
      `${name} reference`,
      phoneNumber,
    ],
  };
}
