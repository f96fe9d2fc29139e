import { v7 as uuidv7 } from 'uuid';
import { createAdministration } from '../access/create-administration.js';
import { createAuthenticator } from '../access/api-keys.js';
import { createKeyUsage } from '../access/key-usage.js';
import { createBudgets, leaseFrom } from '../access/limits/budgets.js';
import type { Limit } from '../access/limits/refusals.js';
import { createSlots } from '../access/limits/slots.js';
import { bootstrapWorkspace } from '../access/bootstrap.js';
import { seedDemo } from '../demo/seed-demo.js';
import { createCommands } from '../events/commands/create-commands.js';
import { createCursorCodec } from '../events/kernel/cursor.js';
import { channelIds, messageIds, templateIds } from '../events/kernel/ids.js';
import type { EventLog } from '../events/log/event-log.js';
import { createLiveFeed } from '../events/projections/live-feed.js';
import type { LiveFeed } from '../events/projections/live-feed-port.js';
import { createPositionStore } from '../events/log/positions.js';
import { createFinders } from '../events/queries/create-finders.js';
import { createContactTyping, type TellContactTyping } from '../events/typing/contact-typing.js';
import { createTypingSignals } from '../events/typing/create-typing-signals.js';
import { createCatchUpGate } from '../events/workers/dispatcher/gate.js';
import type { GraphqlDeps } from '../http/graphql/request.js';
import type { MediaDesk } from '../http/media.js';
import { meteredCommands } from '../telemetry/metered-commands.js';
import type { Foundation } from './foundation.js';
import { startMedia, type Media } from './media.js';
import type { Keep, RoleDeps, RoleHealth } from './role.js';

/** What requests and webhooks are answered with. */
export interface Api extends Pick<Foundation, 'directory' | 'providers'> {
  readonly graphql: GraphqlDeps;
  readonly media: MediaDesk;
  readonly log: Pick<EventLog, 'append'>;
  readonly tellTyping: TellContactTyping;
  readonly health: RoleHealth;
}

export async function startApi(deps: RoleDeps, foundation: Foundation, keep: Keep): Promise<Api> {
  const { database, log, clock, logger } = deps;
  const { identity, providers, directory } = foundation;
  const finders = createFinders({ database });
  const feed = keep(await createLiveFeed({ database, partitionCount: log.partitionCount, logger }));
  const typing = keep(createTypingSignals(database));
  const media = startMedia(deps, foundation, finders, keep);
  const gate = createCatchUpGate({
    executor: database.orm,
    log,
    positions: createPositionStore('dispatcher', 'events'),
  });
  await gate.check();
  const newMessageId = () => messageIds.fromUuid(uuidv7());
  const ownCommands = createCommands({
    ...{ ...foundation, database, log, finders, feed, typing, clock, logger },
    trace: () => deps.tracer.current(),
    hasIntakeSeenAll: () => gate.holds(),
    urlRules: deps.config,
    newMessageId,
    newChannelId: () => channelIds.fromUuid(uuidv7()),
    newTemplateId: () => templateIds.fromUuid(uuidv7()),
  });
  const commands = meteredCommands(ownCommands, deps.meter);
  const usage = keep(createKeyUsage({ database, logger }));
  const { clientTokens } = foundation;
  const { quota: defaults } = deps.config.limits;
  const onRefused = (limit: Limit) => deps.meter.limited(limit);
  const budgets = keep(createBudgets({ lease: leaseFrom(database), defaults, onRefused, logger }));
  const slots = keep(createSlots({ database, defaults, onRefused, logger }));
  const authenticator = createAuthenticator({ database, clock, clientTokens, usage });
  const stopWakes = database.onWake('parley_keys', () => authenticator.forget());
  keep({ stop: async () => stopWakes() });
  const graphql: GraphqlDeps = {
    administration: createAdministration({ ...foundation, database, clock, finders, quotaDefaults: defaults }),
    ...{ commands, finders, feed, typing, clock, providers, directory, publicUrl: deps.publicUrl },
    mediaUrl: media.urlOf,
    cursors: createCursorCodec(log.id, log.partitionCount),
    acceptanceEventId: (messageId) => identity.ofAcceptance(messageId),
    ...{ budgets, slots },
    authenticate: (secret, beforeAsking) => authenticator.authenticate(secret, beforeAsking),
    areStillValid: (callers) => authenticator.areStillValid(callers),
    onKeysChanged: (listener) => database.onWake('parley_keys', listener),
  };
  const tellTyping = createContactTyping({ ...foundation, database, typing, clock, logger, newId: newMessageId });
  return { graphql, log, directory, providers, media: media.desk, tellTyping, health: healthOf(feed, media) };
}

/** An API that is up has nothing of its own to complain of: what it stands on is asked for itself. */
const healthOf = (feed: Pick<LiveFeed, 'state'>, media: Media): RoleHealth => ({
  complaints: () => [],
  remarks: () => [],
  readings() {
    const { subscriptions, fallbacks } = feed.state();
    return [
      { metric: 'parley_subscriptions', value: subscriptions },
      { metric: 'parley_subscription_fallbacks_total', value: fallbacks },
      ...media.readings(),
    ];
  },
});

/**
 * Makes sure that somebody can come in, and that a newcomer finds something to look at.
 * @returns the API key that administers the demo workspace
 */
export async function greet(deps: RoleDeps, foundation: Foundation, { graphql }: Api): Promise<string> {
  const { config, database, clock } = deps;
  const { dataDir, bootstrapApiKey: configuredKey } = config;
  const { apiKey } = await bootstrapWorkspace({ database, dataDir, configuredKey });
  const caller = await graphql.authenticate(apiKey);
  if (config.isSandboxOn && caller !== undefined) {
    deps.onStep('Setting up the demo workspace');
    await seedDemo({ ...foundation, database, clock, commands: graphql.commands, caller });
  }
  return apiKey;
}
