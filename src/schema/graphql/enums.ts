import { registerEnumType } from 'type-graphql';
import { SCOPES, type Scope as ScopeName } from '../../access/caller.js';
import {
  CHANNEL_PLATFORMS,
  PROVIDER_KINDS,
  type ChannelPlatform as ChannelPlatformName,
  type ProviderKind as ProviderKindName,
} from '../../events/channel/events.js';
import type { UserErrorCode as UserErrorCodeName } from '../../events/commands/commands.js';
import {
  CONVERSATION_STATUSES,
  type ConversationStatus as ConversationStatusName,
} from '../../events/conversation/state.js';
import {
  FAILURE_CODES,
  type FailureCode as FailureCodeName,
  type MessageCategory as MessageCategoryName,
} from '../../events/message/events.js';
import {
  CONVERSATION_ORDERS,
  type ConversationOrder as ConversationOrderName,
} from '../../events/queries/conversation-filter.js';
import { MESSAGE_STATUSES, type MessageStatus as MessageStatusName } from '../../events/message/state.js';

/**
 * Registers an enum whose values are named as they are kept. The descriptions decide what exists: a name of the union
 * that has none doesn't compile.
 */
export function describedEnum<Name extends string>(
  name: string,
  description: string,
  values: Readonly<Record<Name, string>>,
) {
  const names = Object.keys(values) as Name[];
  const members = Object.fromEntries(names.map((value) => [value, value])) as Record<Name, Name>;
  const valuesConfig = Object.fromEntries(names.map((value) => [value, { description: values[value] }]));
  registerEnumType<Record<Name, Name>>(members, {
    name,
    description,
    valuesConfig: valuesConfig as Record<Name, { description: string }>,
  });
  return members;
}

/** The same, in the order in which the values are kept elsewhere. */
const listedEnum = <Name extends string>(
  name: string,
  description: string,
  order: readonly Name[],
  values: Readonly<Record<Name, string>>,
) =>
  describedEnum(
    name,
    description,
    Object.fromEntries(order.map((value) => [value, values[value]])) as Record<Name, string>,
  );

export const Scope = listedEnum<ScopeName>(
  'Scope',
  'What a key may do. Written `messages:send` and so on outside GraphQL.',
  SCOPES,
  {
    MESSAGES_SEND: 'Send messages.',
    MESSAGES_READ: 'Read messages and conversations.',
    CONVERSATIONS_WRITE: 'Change conversations, for example mark them read.',
    CONTACTS_READ: 'Read contacts.',
    CONTACTS_WRITE: 'Change contacts.',
    CHANNELS_READ: 'Read channels.',
    CHANNELS_ADMIN: 'Connect channels and see how they are connected.',
    WEBHOOKS_ADMIN: 'Manage webhook endpoints.',
    EVENTS_READ: 'Read the event journal; what people wrote is in it only for who may read messages too.',
    KEYS_ADMIN: 'Manage keys, credentials and client tokens, and read the audit.',
    INSTANCE_ADMIN: 'Manage the workspaces of this instance.',
  },
);

export const ApiKeyKind = describedEnum('ApiKeyKind', 'How the secret of a key is renewed.', {
  API_KEY: 'It stays as it is until the key is rotated.',
  CREDENTIALS: 'It is an access token of an hour, and is refreshed with a refresh token.',
});
export type ApiKeyKindName = keyof typeof ApiKeyKind;

export const ProviderKind = listedEnum<ProviderKindName>(
  'ProviderKind',
  'Whose API carries a channel.',
  PROVIDER_KINDS,
  {
    SANDBOX: 'The simulated carrier on this machine: for trying out and for tests.',
    BIRD: 'Bird.',
    BOTMAKER: 'Botmaker.',
    CBOT: 'CBOT.',
    WHAUTOCHAT: 'WhautoChat.',
    META_WHATSAPP: "Meta's WhatsApp Cloud API.",
    META_MESSENGER: "Meta's Messenger platform.",
    META_INSTAGRAM: "Meta's Instagram messaging.",
    TELEGRAM: "Telegram's Bot API.",
  },
);

export const ChannelPlatform = listedEnum<ChannelPlatformName>(
  'ChannelPlatform',
  'What contacts use to write.',
  CHANNEL_PLATFORMS,
  {
    WHATSAPP: 'WhatsApp.',
    MESSENGER: 'Facebook Messenger.',
    INSTAGRAM: 'Instagram.',
    TELEGRAM: 'Telegram.',
    WEBCHAT: 'A chat on a web page.',
    SMS: 'Text messages.',
  },
);

export const ConversationStatus = listedEnum<ConversationStatusName>(
  'ConversationStatus',
  'Whether somebody still has to look after a conversation.',
  CONVERSATION_STATUSES,
  { OPEN: 'In progress.', CLOSED: 'Done, until somebody writes again.' },
);

export const ConversationOrder = listedEnum<ConversationOrderName>(
  'ConversationOrder',
  'In what order conversations are listed.',
  CONVERSATION_ORDERS,
  {
    NEWEST_ACTIVITY: 'By the last activity, the newest first.',
    OLDEST_ACTIVITY: 'By the last activity, the oldest first.',
    LONGEST_WAITING: 'Only those whose contact waits for an answer, by `waitingSince`, the longest first.',
    WINDOW_CLOSING: 'Only those whose service window is open and will close, the next one first.',
    NEWEST: 'By `createdAt`, the newest first.',
  },
);

export const MessageDirection = describedEnum('MessageDirection', 'Which way a message went.', {
  INCOMING: 'From the contact.',
  OUTGOING: 'To the contact.',
});

export const MessageAuthor = describedEnum('MessageAuthor', 'Who wrote a message.', {
  CONTACT: 'The contact.',
  AGENT: 'A person on our side.',
  BOT: 'A program on our side.',
  SYSTEM: 'The system itself, for example a notice.',
});

export const OutgoingAuthor = describedEnum('OutgoingAuthor', 'Who writes a message that is sent.', {
  AGENT: 'A person on our side.',
  BOT: 'A program on our side.',
  SYSTEM: 'The system itself, for example a notice.',
});

export const MessageStatus = listedEnum<MessageStatusName>(
  'MessageStatus',
  'Where a message stands.',
  MESSAGE_STATUSES,
  {
    SCHEDULED: 'Waits for its time.',
    ACCEPTED: 'Recorded: it will be handed to the provider.',
    PROCESSING: 'Being handed to the provider, or taken by it and not sent yet.',
    OUTCOME_UNKNOWN:
      'It was written to the provider and no usable answer came. Never resent blindly: a receipt or a person settles it.',
    SENT: 'The provider sent it.',
    DELIVERED: "It reached the contact's device.",
    READ: 'The contact read it; of an incoming message: it was read on our side.',
    SENDING_FAILED: 'It was not sent; see `failure`.',
    DELIVERY_FAILED: 'It was sent and could not be delivered; see `failure`.',
    CANCELLED: 'Taken back before it was sent.',
    DELETED: 'Deleted by its author on the platform.',
    RECEIVED: 'It came in.',
  },
);

export const FailureCode = listedEnum<FailureCodeName>(
  'FailureCode',
  'Why a message failed, the same for all providers.',
  FAILURE_CODES,
  {
    RECIPIENT_INVALID: 'The address is none of this platform.',
    RECIPIENT_UNREACHABLE: 'The address exists and cannot be reached now.',
    RECIPIENT_NOT_ON_PLATFORM: 'Nobody uses this platform under that address.',
    RECIPIENT_BLOCKED: 'The contact blocked the sender, or was blocked.',
    RECIPIENT_OPTED_OUT: 'The contact does not want such messages.',
    SERVICE_WINDOW_CLOSED: 'Too long since the contact last wrote: only a template may be sent.',
    TEMPLATE_INVALID: 'The template is unknown, not approved, or its parameters do not fit.',
    CONTENT_REJECTED: 'The provider refuses this content.',
    MEDIA_FAILED: 'A file could not be fetched or is of a wrong kind or size.',
    RATE_LIMITED: 'Too many messages, by the provider’s count.',
    CREDENTIALS_INVALID: 'The provider refuses the channel’s credentials.',
    BILLING: 'The provider’s account lacks money or a plan.',
    POLICY: 'Against a rule of the platform.',
    PROVIDER_UNAVAILABLE: 'The provider could not be reached for too long.',
    EXPIRED: 'Its time to live ran out.',
    RESOLVED_AS_FAILED: 'A person settled an unknown outcome as failed.',
    UNKNOWN: 'The provider gives no reason that is known here.',
  },
);

export const UserErrorCode = describedEnum<UserErrorCodeName>(
  'UserErrorCode',
  'Why an input is refused. More will come: keep a default branch.',
  {
    INPUT_INVALID: 'A field is malformed or over a limit.',
    BATCH_TOO_LARGE: 'Too many messages in one batch.',
    UNAVAILABLE: 'It is not known whether this one was recorded; repeat it with the same `idempotencyKey`.',
    CHANNEL_NOT_FOUND: 'No such channel.',
    CHANNEL_DISABLED: 'The channel is switched off.',
    RATE_LIMITED: 'Your key has sent all the messages that it may for the moment; nothing of this one was done.',
    CHANNEL_BACKLOGGED: 'Too many messages wait for this channel.',
    RECIPIENT_INVALID: 'The recipient cannot be an address of this platform.',
    RECIPIENT_NOT_FOUND: 'No such contact or conversation on this channel.',
    RECIPIENT_OPTED_OUT: 'The contact does not want to be written to.',
    RECIPIENT_BLOCKED: 'The contact is blocked here.',
    CONTENT_INVALID: 'The content is incomplete, malformed or over a limit.',
    CONTENT_UNSUPPORTED: 'The channel cannot carry this kind of content.',
    SERVICE_WINDOW_CLOSED: 'Too long since the contact last wrote.',
    IDEMPOTENCY_CONFLICT: 'The same idempotency key came with another input.',
    SCHEDULE_INVALID: 'The time is past, too far off, or nothing that can wait was given.',
    MESSAGE_NOT_FOUND: 'No such message.',
    MESSAGE_NOT_SCHEDULED: 'The message does not wait for its time, or its time has come.',
    MESSAGE_NOT_UNKNOWN: 'The outcome of the message is known, or will be in a moment.',
    CONVERSATION_NOT_FOUND: 'No such conversation.',
    CONTACT_NOT_FOUND: 'No such contact.',
    CONVERSATION_CLOSED: 'The conversation is closed.',
    SETTINGS_INVALID: 'The channel’s settings do not fit its provider.',
    API_KEY_NOT_FOUND: 'No such API key.',
    API_KEY_ENDED: 'The API key was revoked, or has expired.',
    SCOPE_NOT_HELD: 'Nobody gives scopes that he does not hold.',
    REFRESH_TOKEN_INVALID:
      'Not the refresh token that these credentials wait for. One that was used before has ended them.',
    TEMPLATE_NOT_FOUND: 'No such template.',
    TEMPLATE_EXISTS: 'There is a template of this name, locale and version.',
    WORKSPACE_NOT_FOUND: 'No such workspace.',
  },
);

export const MessageCategory = describedEnum<MessageCategoryName>('MessageCategory', 'What a message is for.', {
  MARKETING: 'It promotes something.',
  UTILITY: 'It is about something that the contact ordered or does.',
  AUTHENTICATION: 'It lets the contact prove who that is.',
  SERVICE: 'It answers the contact.',
});

export const ResolveMessageAs = describedEnum('ResolveMessageAs', 'What an unknown outcome is settled as.', {
  SENT: 'It was sent.',
  FAILED: 'It was not sent, and will not be.',
  RESEND: 'It is sent again. If it had been sent after all, the contact gets it twice.',
});

export const RemovalReason = describedEnum('RemovalReason', 'Why content is gone.', {
  DELETED: 'Its author deleted it on the platform.',
  ERASED: 'It was erased here, for example on the contact’s request.',
  EXPIRED: 'It was kept only for a time.',
});

export const ActionKind = describedEnum('ActionKind', 'What a tap on an action does.', {
  REPLY: 'Answers with its text.',
  POSTBACK: 'Answers with its text and hands back its payload.',
  LINK: 'Opens its URL.',
});

export const TemplatePart = describedEnum('TemplatePart', 'A part of a template that takes parameters.', {
  HEADER: 'The heading, or the file above the words.',
  BODY: 'The words.',
  BUTTON: 'A button.',
});

export const InboxUpdateKind = describedEnum('InboxUpdateKind', 'What changed in an inbox.', {
  MESSAGE_ADDED: 'A message joined `messages`.',
  MESSAGE_STATUS_CHANGED: "A message's status moved.",
  MESSAGE_UPDATED:
    'Anything of a message but its status, for example its provider ids or its timeline; and whatever was read out of an old webhook later on.',
  CONVERSATION_UPDATED: 'The conversation itself changed.',
});
export type InboxUpdateKindName = keyof typeof InboxUpdateKind;

export const StatisticsBucket = describedEnum('StatisticsBucket', 'How long the spans are that are counted apart.', {
  HOUR: 'Whole hours, at most 31 days of them.',
  DAY: 'Whole days in UTC, at most 366 of them.',
});

export const StatisticsDimension = describedEnum('StatisticsDimension', 'What messages are told apart by.', {
  CHANNEL: 'The channel that they went through.',
  PROVIDER: 'The provider that carries it.',
  STATUS: 'Where they stand.',
  CATEGORY: 'What they are for, as their senders said.',
  FAILURE_CODE: 'Why they failed.',
});
