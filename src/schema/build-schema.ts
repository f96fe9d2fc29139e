import 'reflect-metadata';
import { GraphQLInputObjectType, assertValidSchema, type GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { ApiKeyResolver } from '../resolvers/api-key.resolver.js';
import { AuditResolver } from '../resolvers/audit.resolver.js';
import { ChannelChangeResolver } from '../resolvers/channel-change.resolver.js';
import { ChannelResolver } from '../resolvers/channel.resolver.js';
import { ClientTokenResolver } from '../resolvers/client-token.resolver.js';
import { ContactChangeResolver } from '../resolvers/contact-change.resolver.js';
import { ContactAddressResolver, ContactResolver } from '../resolvers/contact.resolver.js';
import { ConversationChangeResolver } from '../resolvers/conversation-change.resolver.js';
import { ConversationResolver } from '../resolvers/conversation.resolver.js';
import { CredentialsResolver } from '../resolvers/credentials.resolver.js';
import { EventResolver } from '../resolvers/event.resolver.js';
import { MediaResolver } from '../resolvers/media.resolver.js';
import { MessageDecisionResolver } from '../resolvers/message-decision.resolver.js';
import { MessageResolver } from '../resolvers/message.resolver.js';
import { NodeResolver } from '../resolvers/node.resolver.js';
import { NoteResolver } from '../resolvers/note.resolver.js';
import { PreviewResolver } from '../resolvers/preview.resolver.js';
import { ProviderResolver } from '../resolvers/provider.resolver.js';
import { ReactionContentResolver } from '../resolvers/reaction-content.resolver.js';
import { SearchResolver } from '../resolvers/search.resolver.js';
import { StatisticsResolver } from '../resolvers/statistics.resolver.js';
import { SubscriptionResolver } from '../resolvers/subscription.resolver.js';
import { TemplateResolver } from '../resolvers/template.resolver.js';
import { TypingResolver } from '../resolvers/typing.resolver.js';
import { ViewerResolver } from '../resolvers/viewer.resolver.js';
import { WorkspaceResolver } from '../resolvers/workspace.resolver.js';
import { guardSchema } from './guard.js';

/** type-graphql asks for one; every subscription here has its own source. */
const noPubSub = {
  publish: () => {
    throw new Error('Nothing is published: subscriptions read the journal.');
  },
  subscribe: () => {
    throw new Error('Subscriptions read the journal.');
  },
};

/** The public schema, each field behind what the matrix asks of its caller. @throws Error naming what is wrong with it */
export function buildParleySchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      ViewerResolver,
      NodeResolver,
      ChannelChangeResolver,
      ChannelResolver,
      TemplateResolver,
      ContactResolver,
      ContactAddressResolver,
      ContactChangeResolver,
      ConversationResolver,
      ConversationChangeResolver,
      NoteResolver,
      MessageResolver,
      MessageDecisionResolver,
      PreviewResolver,
      ProviderResolver,
      MediaResolver,
      ReactionContentResolver,
      SearchResolver,
      StatisticsResolver,
      EventResolver,
      SubscriptionResolver,
      ApiKeyResolver,
      AuditResolver,
      ClientTokenResolver,
      CredentialsResolver,
      WorkspaceResolver,
      TypingResolver,
    ],
    validate: false,
    pubSub: noPubSub,
    // Checked below, once `isOneOf` is set: type-graphql's own check would execute a query before that.
    skipCheck: true,
  });
  enforceOneOf(schema);
  describeRoots(schema);
  guardSchema(schema);
  assertValidSchema(schema);
  return schema;
}

/** type-graphql has no place for these. */
function describeRoots(schema: GraphQLSchema): void {
  const words = [
    [schema.getQueryType(), 'What can be read.'],
    [schema.getMutationType(), 'What can be done. Refusals are in `userErrors`; top-level errors are faults.'],
    [
      schema.getSubscriptionType(),
      "What can be watched. Without `after`: from now. One event gives one payload at most, so a payload's cursor is exact. Objects are as they are now: at the event or beyond it.",
    ],
  ] as const;
  for (const [type, description] of words) if (type) type.description = description;
}

/** type-graphql prints the directive and enforces nothing: graphql-js reads `isOneOf`. */
function enforceOneOf(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (
      type instanceof GraphQLInputObjectType &&
      type.astNode?.directives?.some(({ name }) => name.value === 'oneOf')
    ) {
      type.isOneOf = true;
    }
  }
}
