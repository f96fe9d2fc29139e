import type { Administration } from '../access/administration.js';
import type { Caller } from '../access/caller.js';
import type { Commands } from '../events/commands/commands.js';
import type { Clock } from '../events/kernel/clock.js';
import type { CursorCodec } from '../events/kernel/cursor.js';
import type { EventId, MessageId, WorkspaceId } from '../events/kernel/ids.js';
import type { LiveFeed } from '../events/projections/live-feed-port.js';
import { limitFinders } from '../events/queries/limited-finders.js';
import type { TypingSignals } from '../events/typing/typing-signals.js';
import type { Finders } from '../events/queries/finders.js';
import type { ChannelDirectory } from '../providers/channel.js';
import type { ProviderRegistry } from '../providers/registry.js';
import { createLoaders, type Loaders } from './loaders.js';

/** What resolvers reach beyond the request. */
export interface ResolverDeps {
  readonly commands: Commands;
  readonly administration: Administration;
  readonly finders: Finders;
  readonly feed: LiveFeed;
  readonly typing: Pick<TypingSignals, 'listen'>;
  readonly cursors: CursorCodec;
  readonly providers: ProviderRegistry;
  /** With what is secret of them: nothing of it is shown. */
  readonly directory: Pick<ChannelDirectory, 'find'>;
  readonly clock: Clock;
  /** Without a slash at its end; known only once the server listens. */
  readonly publicUrl: () => string;
  /** What a client gets as the `url` of a message's media. */
  readonly mediaUrl: (workspaceId: WorkspaceId, messageId: MessageId, url: string) => string;
  /** The id of an outgoing message's first event: the timeline of a message that was just sent names it. */
  readonly acceptanceEventId: (messageId: MessageId) => EventId;
}

/** What every resolver gets: made for each operation, and again for each delivered event of a subscription. */
export interface RequestContext extends ResolverDeps {
  readonly caller: Caller;
  /** When the request came in, by `performance.now()`: its commands answer within 5 s of that. */
  readonly startedAt: number;
  readonly loaders: Loaders;
  /** `Query.cursor`: taken before anything else of this request is read. */
  readonly cursorAtStart: string;
}

export function createContext(deps: ResolverDeps, caller: Caller, startedAt: number): RequestContext {
  const finders = caller.limits === undefined ? deps.finders : limitFinders(deps.finders, caller.limits);
  return {
    ...deps,
    ...{ finders, caller, startedAt },
    loaders: createLoaders(finders, caller.workspaceId),
    cursorAtStart: deps.cursors.encode(deps.feed.tail()),
  };
}

/** The same for the next event: what was loaded for an earlier one may have changed since. */
export const withFreshLoaders = (context: RequestContext): RequestContext => ({
  ...context,
  loaders: createLoaders(context.finders, context.caller.workspaceId),
});
