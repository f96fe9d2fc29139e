import { clientTokenSecret } from '../../src/access/client-tokens.js';
import { QUOTA_DEFAULTS } from '../../src/access/limits/quota.js';
import { createAdministration } from '../../src/access/create-administration.js';
import { expect } from 'vitest';
import { graphql } from 'graphql';
import type { Caller } from '../../src/access/caller.js';
import type { ParleyEvent } from '../../src/events/catalog.js';
import { toRecord } from '../../src/events/codec.js';
import { createCursorCodec, mergeVectors, originVector, type Vector } from '../../src/events/kernel/cursor.js';
import type { RecordedEvent } from '../../src/events/kernel/event.js';
import type { ConversationId } from '../../src/events/kernel/ids.js';
import { createLiveFeed } from '../../src/events/projections/live-feed.js';
import { createFinders } from '../../src/events/queries/create-finders.js';
import type { Running } from '../../src/lifecycle.js';
import { createProviderRegistry } from '../../src/providers/registry.js';
import { createSandboxAdapter } from '../../src/providers/sandbox/adapter.js';
import { createContext, type ResolverDeps } from '../../src/resolvers/context.js';
import { buildParleySchema } from '../../src/schema/build-schema.js';
import type { CommandBench } from '../support/command-bench.js';
import { event, type EventSketch } from '../support/events.js';
import { testLog } from '../support/log.js';

/** What GraphQL answers of a history that the projector folds, and the place where each of its views was recorded. */
export interface PastRig extends Running {
  readonly cursors: ResolverDeps['cursors'];
  /** What the clock of the live view says. */
  setNow(time: string): void;
  /** Appends one event of the bench's workspace and channel, and waits until it is projected. */
  tell<Type extends ParleyEvent['type']>(sketch: EventSketch<Type>): Promise<RecordedEvent<ParleyEvent>>;
  /** What has been told. */
  vector(): Vector;
  /** What a query answers. @throws when the answer has errors */
  ask(source: string, variables?: object, by?: Caller): Promise<Record<string, unknown>>;
  /** The fields of a conversation, now or as of a moment. @throws when the answer has errors */
  see(id: ConversationId, asOf: AsOf | null, fields: string, by?: Caller): Promise<Record<string, unknown> | null>;
}

export type AsOf = { readonly cursor: string } | { readonly time: string };

/** As WhatsApp has it; the sandbox's own window never closes. */
const WINDOW_HOURS = 24;

const schema = buildParleySchema();

export async function openPastRig(bench: CommandBench): Promise<PastRig> {
  const { database, log, commands, caller, channelId } = bench;
  const feed = await createLiveFeed({ database, partitionCount: log.partitionCount, logger: testLog });
  const sandbox = createSandboxAdapter({ defaultBaseUrl: () => undefined, newSecret: () => 'x'.repeat(32) });
  const capabilitiesOf = () => ({ ...sandbox.capabilitiesOf('WHATSAPP'), serviceWindowHours: WINDOW_HOURS });
  let now = new Date();
  let told = originVector(log.partitionCount);
  const deps: ResolverDeps = {
    ...{ commands, feed, finders: createFinders({ database }), clock: { now: () => now } },
    administration: createAdministration({
      ...{ database, outbox: bench.outbox, clock: { now: () => now }, finders: createFinders({ database }) },
      clientTokens: clientTokenSecret(Buffer.alloc(32), 'of a test'),
      quotaDefaults: QUOTA_DEFAULTS,
    }),
    cursors: createCursorCodec(log.id, log.partitionCount),
    providers: createProviderRegistry([{ ...sandbox, capabilitiesOf }]),
    directory: { find: () => Promise.resolve(undefined) },
    typing: { listen: () => expect.unreachable() },
    publicUrl: () => 'http://localhost',
    mediaUrl: (_workspace, _message, url) => url,
    acceptanceEventId: (messageId) => bench.identity.ofAcceptance(messageId),
  };
  const ask: PastRig['ask'] = async (source, variables = {}, by = caller) => {
    const contextValue = createContext(deps, by, performance.now());
    const answer = await graphql({ schema, source, variableValues: { ...variables }, contextValue });
    if (answer.errors !== undefined) throw new Error(`GraphQL: ${JSON.stringify(answer.errors)}`);
    return plain(answer.data);
  };
  return {
    cursors: deps.cursors,
    setNow: (time) => (now = new Date(time)),
    async tell(sketch) {
      const one = { ...event(sketch), workspaceId: caller.workspaceId, channelId };
      const position = await log.append('events', toRecord(one, 'f'));
      told = mergeVectors(told, told.with(position.partition, position.offset + 1n));
      if (!(await feed.waitUntilPassed(told, 10_000))) throw new Error('The projector does not follow.');
      return { event: one, position };
    },
    vector: () => told,
    ask,
    async see(id, asOf, fields, by) {
      const source = `query ($id: ID!, $asOf: ConversationAsOf) { conversation(id: $id, asOf: $asOf) { ${fields} } }`;
      const { conversation } = await ask(source, { id, asOf }, by);
      return conversation as Record<string, unknown> | null;
    },
    stop: () => feed.stop(),
  };
}

/** As a client gets it. */
const plain = (data: unknown) => JSON.parse(JSON.stringify(data)) as Record<string, unknown>;

const MESSAGE = `id direction author status statusAt failure { code } providerMessageIds scheduledAt sortKey createdAt
  updatedAt reference metadata content { __typename text ... on ReactionContent { emoji target { id status } } }
  timeline { status attempt occurredAt recordedAt eventId failure { code } }
  reactions { emoji author messageId occurredAt } replyTo { id status } conversation { id unreadCount }`;
const PAGE_INFO = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

/** What depends on the conversation's own events only. */
export const OF_CONVERSATION = `id address status snoozedUntil assignee { agentId teamId } labels attributes unreadCount waitingSince
  notes { edges { cursor node { id text authorId createdAt } } ${PAGE_INFO} } lastActivityAt createdAt serviceWindow { isOpen expiresAt }
  lastMessage { ${MESSAGE} } messages(last: 6) { edges { cursor node { ${MESSAGE} } } ${PAGE_INFO} }
  oldest: messages(first: 2) { nodes { id status } ${PAGE_INFO} }
  scheduledMessages(first: 4) { edges { cursor node { ${MESSAGE} } } ${PAGE_INFO} }`;
/** What depends on the contact's events too. */
export const OF_CONTACT = `contact { id displayName attributes blockedAt
  messages(last: 3) { edges { cursor node { id status } } } createdAt addresses { address }
  conversations { edges { cursor node { id unreadCount lastActivityAt lastMessage { id status } } } ${PAGE_INFO} } }`;
