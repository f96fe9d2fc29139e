import { randomUUID } from 'node:crypto';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import fastify from 'fastify';

/** What a mutation with that document can cost at least on Apollo Server: its resolver makes an object and keeps nothing. */
const TYPES = `
  input TextInput { text: String! }
  input ContentInput { text: TextInput }
  input RecipientInput { phoneNumber: String }
  input SendMessageInput { channelId: ID!, to: RecipientInput!, content: ContentInput!, idempotencyKey: String }
  type Message { id: ID!, status: String!, createdAt: String! }
  type UserError { code: String!, message: String!, field: [String!] }
  type SendMessagePayload { message: Message, cursor: String, userErrors: [UserError!]! }
  type Query { viewer: ID }
  type Mutation { sendMessage(input: SendMessageInput!): SendMessagePayload! }
`;

const sendMessage = () => ({
  message: { id: randomUUID(), status: 'ACCEPTED', createdAt: new Date().toISOString() },
  cursor: 'c'.repeat(80),
  userErrors: [],
});

export interface BareServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Apollo Server 5 on Fastify and nothing else, without the cache-control plugin, as ours. */
export async function startBareApollo(): Promise<BareServer> {
  const apollo = new ApolloServer({
    typeDefs: TYPES,
    resolvers: { Mutation: { sendMessage } },
    stopOnTerminationSignals: false,
    plugins: [ApolloServerPluginCacheControlDisabled(), ApolloServerPluginLandingPageDisabled()],
  });
  await apollo.start();
  const app = fastify({ logger: false });
  app.post('/graphql', fastifyApolloHandler(apollo));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    async stop() {
      await app.close();
      await apollo.stop();
    },
  };
}
