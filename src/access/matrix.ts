import { scopeName } from './scope-names.js';
import type { Scope } from './caller.js';

/** What an operation asks of its caller. */
export interface Rule {
  /** `ANY`: whoever holds a valid credential. */
  readonly scope: Scope | 'ANY';
  /** Whether a client token may ask it too; what it is then shown is limited to what the token names. */
  readonly isForClients: boolean;
}

const needs = (scope: Rule['scope']): Rule => ({ scope, isForClients: false });
/** Every finder behind it keeps to the limits of a client token. */
const alsoForClients = (scope: Rule['scope']): Rule => ({ scope, isForClients: true });

/**
 * Who may ask what: each field of `Query`, `Mutation` and `Subscription`. One that isn't named here has no rule, and a
 * schema with such a field isn't built. `docs/access.md` is written from this.
 */
export const OPERATION_RULES: Readonly<Record<string, Rule>> = {
  'Query.viewer': alsoForClients('ANY'),
  'Query.cursor': alsoForClients('ANY'),
  // What each kind of object needs is asked for each of them: null where it is lacking.
  'Query.node': alsoForClients('ANY'),
  'Query.nodes': alsoForClients('ANY'),
  'Query.message': alsoForClients('MESSAGES_READ'),
  'Query.conversation': alsoForClients('MESSAGES_READ'),
  'Query.conversations': alsoForClients('MESSAGES_READ'),
  'Query.contact': alsoForClients('CONTACTS_READ'),
  'Query.contacts': alsoForClients('CONTACTS_READ'),
  'Query.channel': needs('CHANNELS_READ'),
  'Query.channels': needs('CHANNELS_READ'),
  'Query.template': needs('CHANNELS_READ'),
  'Query.templates': needs('CHANNELS_READ'),
  'Query.previewMessage': needs('MESSAGES_SEND'),
  'Query.providers': needs('CHANNELS_READ'),
  'Query.searchMessages': needs('MESSAGES_READ'),
  'Query.conversationCounts': needs('MESSAGES_READ'),
  'Query.messageStatistics': needs('MESSAGES_READ'),
  'Query.events': needs('EVENTS_READ'),
  'Query.apiKeys': needs('KEYS_ADMIN'),
  'Query.auditEvents': needs('KEYS_ADMIN'),
  'Query.workspaces': needs('INSTANCE_ADMIN'),

  'Mutation.sendMessage': needs('MESSAGES_SEND'),
  'Mutation.sendMessages': needs('MESSAGES_SEND'),
  'Mutation.cancelScheduledMessage': needs('MESSAGES_SEND'),
  'Mutation.resolveMessage': needs('MESSAGES_SEND'),
  'Mutation.markConversationRead': needs('CONVERSATIONS_WRITE'),
  'Mutation.closeConversation': needs('CONVERSATIONS_WRITE'),
  'Mutation.openConversation': needs('CONVERSATIONS_WRITE'),
  'Mutation.snoozeConversation': needs('CONVERSATIONS_WRITE'),
  'Mutation.assignConversation': needs('CONVERSATIONS_WRITE'),
  'Mutation.labelConversation': needs('CONVERSATIONS_WRITE'),
  'Mutation.unlabelConversation': needs('CONVERSATIONS_WRITE'),
  'Mutation.setConversationAttributes': needs('CONVERSATIONS_WRITE'),
  'Mutation.addNote': needs('CONVERSATIONS_WRITE'),
  'Mutation.setTyping': needs('CONVERSATIONS_WRITE'),
  'Mutation.blockContact': needs('CONTACTS_WRITE'),
  'Mutation.unblockContact': needs('CONTACTS_WRITE'),
  'Mutation.optOutContact': needs('CONTACTS_WRITE'),
  'Mutation.optInContact': needs('CONTACTS_WRITE'),
  'Mutation.addContactAddress': needs('CONTACTS_WRITE'),
  'Mutation.mergeContacts': needs('CONTACTS_WRITE'),
  'Mutation.setContactAttributes': needs('CONTACTS_WRITE'),
  'Mutation.createChannel': needs('CHANNELS_ADMIN'),
  'Mutation.updateChannel': needs('CHANNELS_ADMIN'),
  'Mutation.enableChannel': needs('CHANNELS_ADMIN'),
  'Mutation.disableChannel': needs('CHANNELS_ADMIN'),
  'Mutation.verifyChannel': needs('CHANNELS_ADMIN'),
  'Mutation.registerChannelWebhook': needs('CHANNELS_ADMIN'),
  'Mutation.createTemplate': needs('CHANNELS_ADMIN'),
  'Mutation.updateTemplate': needs('CHANNELS_ADMIN'),
  'Mutation.deleteTemplate': needs('CHANNELS_ADMIN'),
  'Mutation.syncTemplates': needs('CHANNELS_ADMIN'),
  'Mutation.createApiKey': needs('KEYS_ADMIN'),
  'Mutation.rotateApiKey': needs('KEYS_ADMIN'),
  'Mutation.revokeApiKey': needs('KEYS_ADMIN'),
  'Mutation.createCredentials': needs('KEYS_ADMIN'),
  // The secret id and the refresh token in its input are what counts.
  'Mutation.refreshCredentials': needs('ANY'),
  // It reads no more than the key that makes it.
  'Mutation.createClientToken': needs('MESSAGES_READ'),
  'Mutation.createWorkspace': needs('INSTANCE_ADMIN'),
  'Mutation.suspendWorkspace': needs('INSTANCE_ADMIN'),
  'Mutation.resumeWorkspace': needs('INSTANCE_ADMIN'),

  'Subscription.inboxUpdated': alsoForClients('MESSAGES_READ'),
  'Subscription.messageAdded': alsoForClients('MESSAGES_READ'),
  'Subscription.messageStatusChanged': alsoForClients('MESSAGES_READ'),
  'Subscription.conversationUpdated': alsoForClients('MESSAGES_READ'),
  'Subscription.typingChanged': needs('MESSAGES_READ'),
  'Subscription.eventPublished': needs('EVENTS_READ'),
};

/** What one must hold to be shown an object, however it is reached. Each type that implements `Node` has its line. */
export const OBJECT_SCOPES: Readonly<Record<string, Scope>> = {
  Message: 'MESSAGES_READ',
  Conversation: 'MESSAGES_READ',
  Contact: 'CONTACTS_READ',
  Channel: 'CHANNELS_READ',
  Template: 'CHANNELS_READ',
  Event: 'EVENTS_READ',
  ApiKey: 'KEYS_ADMIN',
  Workspace: 'INSTANCE_ADMIN',
};

/** Fields that need more than the object that they are of. */
export const FIELD_SCOPES: Readonly<Record<string, Scope>> = {
  'Conversation.notes': 'MESSAGES_READ',
  'Channel.webhookUrl': 'CHANNELS_ADMIN',
  'Channel.queueDepth': 'CHANNELS_ADMIN',
};

/**
 * What an operation answers with: the rule of the operation was asked, and covers the objects in it. Whoever may send a
 * message is shown the message that he sent.
 */
const ANSWERS: ReadonlySet<string> = new Set([
  ...['InboxUpdated', 'MessageAdded', 'MessageStatusChanged', 'ConversationUpdated', 'EventPublished'],
  'Credentials',
]);
const isAnswer = (typeName: string): boolean => ANSWERS.has(typeName) || typeName.endsWith('Payload');

/** A page was asked for by the field that it stands in. */
const isPage = (typeName: string): boolean => typeName.endsWith('Connection') || typeName.endsWith('Edge');

const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

/** The rule of a field of a root; undefined: nobody has thought of it yet. */
export const ruleOf = (typeName: string, fieldName: string): Rule | undefined =>
  OPERATION_RULES[`${typeName}.${fieldName}`];

/**
 * The further scope of a field that is no operation; undefined: it needs none.
 * @param answered the named type that it answers; of a page, what the page is of
 */
export function furtherScopeOf(typeName: string, fieldName: string, answered: string): Scope | undefined {
  const own = FIELD_SCOPES[`${typeName}.${fieldName}`];
  if (own !== undefined) return own;
  return ROOTS.has(typeName) || isAnswer(typeName) || isPage(typeName) ? undefined : OBJECT_SCOPES[answered];
}

/** As documents write it. */
export const ruleName = ({ scope }: Rule): string => (scope === 'ANY' ? 'any valid credential' : scopeName(scope));
