import type { ApiClient } from '../support/api-client.js';

// What tests of every provider ask of the API alike: a send, and what became of it in its thread.

export interface Sent {
  readonly message: { readonly id: string } | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
}

export interface FoundMessage {
  readonly status: string;
  readonly providerMessageIds: readonly string[];
  readonly failure: {
    readonly code: string;
    readonly providerCode: string | null;
    readonly providerMessage: string | null;
  } | null;
  readonly timeline: readonly { readonly status: string }[];
  readonly conversation: {
    readonly id: string;
    readonly messages: {
      readonly nodes: readonly {
        readonly direction: string;
        readonly content: { readonly text: string; readonly images?: readonly { readonly url: string }[] };
      }[];
    };
  } | null;
}

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  message { id } userErrors { code field } } }`;
const THREAD = `query ($id: ID!) { message(id: $id) { status providerMessageIds
  failure { code providerCode providerMessage } timeline { status }
  conversation { id messages { nodes { direction content { text ... on ImageContent { images { url } } } } } } } }`;

/**
 * @param to as `SendMessageInput.to` has it
 * @param more what else the input has
 */
export const sendTo = async (
  client: ApiClient,
  channelId: string,
  to: object,
  content: object,
  more: object = {},
): Promise<Sent> =>
  (await client.run<{ sendMessage: Sent }>(SEND, { input: { channelId, to, content, ...more } })).sendMessage;

/** The message with its thread. */
export const findThread = async (client: ApiClient, id: string): Promise<FoundMessage> =>
  (await client.run<{ message: FoundMessage }>(THREAD, { id })).message;

/** What was read is shown to the contact where the provider can. */
export const MARK_READ = `mutation ($input: MarkConversationReadInput!) {
  markConversationRead(input: $input) { userErrors { code } } }`;
