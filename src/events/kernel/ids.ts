import { decodeTypeId, encodeTypeId } from './typeid.js';

declare const brand: unique symbol;
/** A string that only its own parser or maker can produce. */
export type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

export type MessageId = Branded<string, 'MessageId'>;
export type ConversationId = Branded<string, 'ConversationId'>;
export type ContactId = Branded<string, 'ContactId'>;
export type ChannelId = Branded<string, 'ChannelId'>;
export type NoteId = Branded<string, 'NoteId'>;
export type EventId = Branded<string, 'EventId'>;
export type RawWebhookId = Branded<string, 'RawWebhookId'>;
export type ApiKeyId = Branded<string, 'ApiKeyId'>;
export type TemplateId = Branded<string, 'TemplateId'>;
export type WorkspaceId = Branded<string, 'WorkspaceId'>;

/** What each kind of id starts with, as clients see it. */
export const ID_PREFIX = {
  message: 'msg',
  conversation: 'conv',
  contact: 'cont',
  channel: 'chan',
  note: 'note',
  event: 'evt',
  rawWebhook: 'raw',
  apiKey: 'key',
  template: 'tmpl',
  workspace: 'ws',
} as const;

/** The way between the TypeID that clients and events carry and the UUID that Postgres stores. */
export interface IdCodec<Id extends string> {
  readonly prefix: string;
  /** Undefined unless the text is a well-formed id of this kind. */
  parse(text: string): Id | undefined;
  fromUuid(uuid: string): Id;
  toUuid(id: Id): string;
}

function codec<Id extends string>(prefix: string): IdCodec<Id> {
  return {
    prefix,
    parse: (text) => (decodeTypeId(prefix, text) === undefined ? undefined : (text as Id)),
    fromUuid: (uuid) => encodeTypeId(prefix, uuid) as Id,
    toUuid(id) {
      const uuid = decodeTypeId(prefix, id);
      if (uuid === undefined) throw new RangeError(`Not an id of kind ${prefix}.`);
      return uuid;
    },
  };
}

export const messageIds = codec<MessageId>(ID_PREFIX.message);
export const conversationIds = codec<ConversationId>(ID_PREFIX.conversation);
export const contactIds = codec<ContactId>(ID_PREFIX.contact);
export const channelIds = codec<ChannelId>(ID_PREFIX.channel);
export const noteIds = codec<NoteId>(ID_PREFIX.note);
export const eventIds = codec<EventId>(ID_PREFIX.event);
export const rawWebhookIds = codec<RawWebhookId>(ID_PREFIX.rawWebhook);
export const apiKeyIds = codec<ApiKeyId>(ID_PREFIX.apiKey);
export const templateIds = codec<TemplateId>(ID_PREFIX.template);
export const workspaceIds = codec<WorkspaceId>(ID_PREFIX.workspace);
