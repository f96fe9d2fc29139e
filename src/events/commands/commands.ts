import type { Caller } from '../../access/caller.js';
import type { ShownCall } from '../../providers/shown-call.js';
import type { ChannelPlatform, ProviderKind } from '../channel/events.js';
import type { WholeContact } from '../contact/combine.js';
import type { ConversationChange } from '../conversation/decide.js';
import type { Note } from '../conversation/note.js';
import type { ConversationState } from '../conversation/state.js';
import type { ContentKind } from '../message/content.js';
import type { MessageCategory } from '../message/events.js';
import type { MessageFailure, MessageState } from '../message/state.js';
import type { ChannelView } from '../queries/finders.js';
import type { Vector } from '../kernel/cursor.js';
import type { ChannelId } from '../kernel/ids.js';
import type { TemplateCommands } from './template-commands.js';

/** The refusals that exist so far, out of the public contract's `UserErrorCode`. */
export type UserErrorCode =
  | 'INPUT_INVALID'
  | 'BATCH_TOO_LARGE'
  | 'UNAVAILABLE'
  | 'CHANNEL_NOT_FOUND'
  | 'CHANNEL_DISABLED'
  | 'CHANNEL_BACKLOGGED'
  | 'RATE_LIMITED'
  | 'RECIPIENT_INVALID'
  | 'RECIPIENT_NOT_FOUND'
  | 'RECIPIENT_OPTED_OUT'
  | 'RECIPIENT_BLOCKED'
  | 'CONTENT_INVALID'
  | 'CONTENT_UNSUPPORTED'
  | 'SERVICE_WINDOW_CLOSED'
  | 'IDEMPOTENCY_CONFLICT'
  | 'SCHEDULE_INVALID'
  | 'MESSAGE_NOT_FOUND'
  | 'MESSAGE_NOT_SCHEDULED'
  | 'MESSAGE_NOT_UNKNOWN'
  | 'CONVERSATION_NOT_FOUND'
  | 'SETTINGS_INVALID'
  | 'CONVERSATION_CLOSED'
  | 'CONTACT_NOT_FOUND'
  | 'API_KEY_NOT_FOUND'
  | 'API_KEY_ENDED'
  | 'SCOPE_NOT_HELD'
  | 'REFRESH_TOKEN_INVALID'
  | 'TEMPLATE_NOT_FOUND'
  | 'TEMPLATE_EXISTS'
  | 'WORKSPACE_NOT_FOUND';

/** A typed refusal; `field` is the path into the input, indices as text. */
export interface UserError {
  readonly code: UserErrorCode;
  readonly message: string;
  readonly field: readonly string[] | null;
  /** Where waiting helps. */
  readonly retryAfterMs?: number | undefined;
}

/** What a command answers. Faults (log or database away) are thrown as `AppError`. */
export type CommandResult<Value> =
  | { readonly ok: true; readonly value: Value; readonly cursor: Vector }
  | { readonly ok: false; readonly userErrors: readonly UserError[] };

/** Sends in one batch. */
export const BATCH_MESSAGES_MAX = 500;

/**
 * What a batch of sends answers: each by itself, in the order given. A fault of one of them is told among its refusals, as
 * UNAVAILABLE. `cursor` lies behind all that was recorded, and is null where nothing was.
 */
export type BatchResult =
  | {
      readonly ok: true;
      readonly results: readonly CommandResult<MessageState>[];
      readonly cursor: Vector | null;
    }
  | { readonly ok: false; readonly userErrors: readonly UserError[] };

/** As the public `SendMessageInput`: null and absent mean the same and are `undefined` here. Ids are unparsed text. */
export interface SendMessage {
  readonly channelId: string;
  /** Exactly one. */
  readonly to: {
    readonly contactId?: string | undefined;
    readonly conversationId?: string | undefined;
    readonly phoneNumber?: string | undefined;
    readonly address?: string | undefined;
  };
  /** Exactly one of the public kinds, as given; kinds of later versions are CONTENT_UNSUPPORTED. */
  readonly content: Readonly<Record<string, unknown>>;
  readonly author?: 'AGENT' | 'BOT' | 'SYSTEM' | undefined;
  readonly authorId?: string | undefined;
  readonly replyToMessageId?: string | undefined;
  readonly reference?: string | undefined;
  readonly category?: MessageCategory | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly idempotencyKey?: string | undefined;
  /** RFC 3339. */
  readonly scheduledAt?: string | undefined;
}

export interface PreviewMessage extends Omit<SendMessage, 'idempotencyKey'> {
  /** Of this server, without a slash at its end. */
  readonly publicUrl: string;
}

/** What a send would ask of the provider. */
export interface MessagePreview {
  /** One for each part. None: the message that is reacted to is not known to the provider. */
  readonly calls: readonly ShownCall[];
  /** Which kind of content it was before its channel's plain form was made of it. */
  readonly degradedFrom: ContentKind | undefined;
}

export interface CancelScheduledMessage {
  readonly messageId: string;
}

export interface ResolveMessage {
  readonly messageId: string;
  /** What it is taken for; RESEND: a new attempt of the parts that nobody knows about. */
  readonly as: 'SENT' | 'FAILED' | 'RESEND';
}

export interface MarkConversationRead {
  readonly conversationId: string;
  readonly upToMessageId?: string | undefined;
}

export interface ChangeConversation {
  readonly conversationId: string;
  readonly change: ConversationChange;
  /** The customer's own id of who does it. */
  readonly actorId?: string | undefined;
}

export interface AddNote {
  readonly conversationId: string;
  readonly text: string;
  /** The customer's own id. */
  readonly authorId?: string | undefined;
  /** The same key and words: the same note. */
  readonly idempotencyKey?: string | undefined;
}

export type ContactStanding = 'block' | 'unblock' | 'optOut' | 'optIn';

export interface SetContactStanding {
  readonly contactId: string;
  readonly standing: ContactStanding;
  /** The customer's own id of who does it. */
  readonly actorId?: string | undefined;
}

export interface SetContactAttributes {
  readonly contactId: string;
  /** What is changed of them; null: it goes. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly actorId?: string | undefined;
}

export interface MergeContacts {
  /** Who is no longer shown. */
  readonly fromContactId: string;
  /** Who is shown in its place. */
  readonly intoContactId: string;
  /** The customer's own id of who does it. */
  readonly actorId?: string | undefined;
}

export interface AddContactAddress {
  readonly contactId: string;
  readonly channelId: string;
  /** As people or the platform write it. */
  readonly address: string;
  readonly actorId?: string | undefined;
}

export interface SetTyping {
  readonly conversationId: string;
  /** The customer's own id. */
  readonly authorId?: string | undefined;
  readonly isTyping: boolean;
}

export interface CreateChannel {
  readonly name: string;
  readonly provider: ProviderKind;
  readonly platform: ChannelPlatform;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Whether what it can't carry goes in the nearest plain form; default: it is refused. */
  readonly degradeUnsupported?: boolean | undefined;
}

export interface ChangeChannel {
  readonly channelId: string;
  readonly name?: string | undefined;
  /** Only what changes; null takes a setting away. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  readonly isEnabled?: boolean | undefined;
  readonly degradeUnsupported?: boolean | undefined;
}

export interface VerifyChannel {
  readonly channelId: string;
}

export interface RegisterChannelWebhook {
  readonly channelId: string;
  /** Of this server, without a slash at its end. */
  readonly publicUrl: string;
}

/** What a provider said of an account of ours. */
export interface AskedAccount {
  readonly channelId: ChannelId;
  readonly isConfirmed: boolean;
  /** What the provider calls it, where it says that. */
  readonly account: string | null;
  /** Why it isn't confirmed. */
  readonly failure: MessageFailure | null;
}

/**
 * Whoever calls is told within 5 s of `startedAt` (rule 2), on the clock of `performance.now()`, in milliseconds: when the
 * request came in, which may have waited before it became a command. Default: now.
 */
export interface Commands extends TemplateCommands {
  /** Answers after the log's acknowledgement; the message is folded in memory and complete. */
  sendMessage(caller: Caller, input: SendMessage, startedAt?: number): Promise<CommandResult<MessageState>>;
  /** At most 500, each judged alone; those to one conversation are recorded in the order given. */
  sendMessages(caller: Caller, inputs: readonly SendMessage[], startedAt?: number): Promise<BatchResult>;
  /** Refuses what `sendMessage` refuses; nothing of it is recorded, and nothing is sent. */
  previewMessage(caller: Caller, input: PreviewMessage, startedAt?: number): Promise<CommandResult<MessagePreview>>;
  /** Undefined: it is done, and the projection hasn't heard of the message yet. */
  cancelScheduledMessage(
    caller: Caller,
    input: CancelScheduledMessage,
    startedAt?: number,
  ): Promise<CommandResult<MessageState | undefined>>;
  /** Likewise. */
  resolveMessage(
    caller: Caller,
    input: ResolveMessage,
    startedAt?: number,
  ): Promise<CommandResult<MessageState | undefined>>;
  markConversationRead(
    caller: Caller,
    input: MarkConversationRead,
    startedAt?: number,
  ): Promise<CommandResult<ConversationState>>;
  changeConversation(
    caller: Caller,
    input: ChangeConversation,
    startedAt?: number,
  ): Promise<CommandResult<ConversationState>>;
  addNote(caller: Caller, input: AddNote, startedAt?: number): Promise<CommandResult<Note>>;
  /** From its commit on, sends to the contact are refused, or no longer. */
  setContactStanding(
    caller: Caller,
    input: SetContactStanding,
    startedAt?: number,
  ): Promise<CommandResult<WholeContact>>;
  setContactAttributes(
    caller: Caller,
    input: SetContactAttributes,
    startedAt?: number,
  ): Promise<CommandResult<WholeContact>>;
  /** From its commit on, what either says about being written to holds for both. */
  mergeContacts(caller: Caller, input: MergeContacts, startedAt?: number): Promise<CommandResult<WholeContact>>;
  addContactAddress(caller: Caller, input: AddContactAddress, startedAt?: number): Promise<CommandResult<WholeContact>>;
  /** Nothing of it is recorded. */
  setTyping(caller: Caller, input: SetTyping, startedAt?: number): Promise<CommandResult<null>>;
  createChannel(caller: Caller, input: CreateChannel, startedAt?: number): Promise<CommandResult<ChannelView>>;
  changeChannel(caller: Caller, input: ChangeChannel, startedAt?: number): Promise<CommandResult<ChannelView>>;
  verifyChannel(caller: Caller, input: VerifyChannel, startedAt?: number): Promise<CommandResult<AskedAccount>>;
  registerChannelWebhook(
    caller: Caller,
    input: RegisterChannelWebhook,
    startedAt?: number,
  ): Promise<CommandResult<AskedAccount>>;
}
