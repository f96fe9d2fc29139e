import {
  createSourceEventStream,
  execute,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { pause } from '../../lifecycle.js';
import { withFreshLoaders, type RequestContext } from '../../resolvers/context.js';
import type { Delivery } from '../../resolvers/delivery.js';
import { isUnavailable } from './errors.js';
import type { SharedResults, Sharing } from './shared-results.js';

/** A subscription that is about to run: its context is ours. */
export interface SubscriptionExecution extends ExecutionArgs {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly contextValue: RequestContext;
  /** Two with the same are answered the same. */
  readonly question: string;
}

const RETRY_MS = 500;
/**
 * 5 minutes: a subscription without news lives through any absence, and one that has some must not end in a common one.
 * Afterwards it ends with the error, and the client resumes from its last cursor.
 */
const TRIES_MAX = 600;

/**
 * As graphql-js's `subscribe`, but each event is executed under a context of its own, once for all who ask the same, and
 * again while the database is away: a subscriber that was given a hole in place of an event would never know.
 * @param ended called, perhaps more than once, when it is over, whoever ends it
 */
export async function subscribeByDelivery(
  args: SubscriptionExecution,
  shared: SharedResults,
  ended: () => void = () => undefined,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) {
    ended();
    return source;
  }
  const sharing = shared.join(args.question);
  const leave = () => {
    sharing.leave();
    ended();
  };
  const events = source[Symbol.asyncIterator]() as AsyncIterator<Delivery>;
  return resultsOf(events, args, { ...sharing, leave });
}

function resultsOf(
  source: AsyncIterator<Delivery>,
  args: SubscriptionExecution,
  sharing: Sharing,
): AsyncIterableIterator<ExecutionResult> {
  const closing = new AbortController();
  const iterator: AsyncIterableIterator<ExecutionResult> = {
    async next() {
      try {
        for (;;) {
          const next: IteratorResult<Delivery, unknown> = await source.next();
          if (next.done === true) break;
          const delivery = next.value;
          const execution = () => sharing.resultOf(delivery.occasion, () => executeOnce(delivery, args));
          const result = await deliver(execution, closing.signal);
          if (result !== null) return { done: false, value: result };
        }
      } catch (error) {
        // Nobody calls `return` after a throw.
        sharing.leave();
        throw error;
      }
      sharing.leave();
      return { done: true, value: undefined };
    },
    async return() {
      closing.abort();
      sharing.leave();
      await source.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

/** Null for an event that says nothing to this subscriber. @throws when what it needs stays away */
async function deliver(
  execution: () => Promise<ExecutionResult | null>,
  closed: AbortSignal,
): Promise<ExecutionResult | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await execution();
    } catch (error) {
      if (!isUnavailable(error) || attempt === TRIES_MAX || closed.aborted) throw error;
      await pause(RETRY_MS, closed);
    }
  }
}

async function executeOnce(delivery: Delivery, args: SubscriptionExecution): Promise<ExecutionResult | null> {
  const contextValue = withFreshLoaders(args.contextValue);
  const rootValue = await delivery.prepare(contextValue);
  if (rootValue === null) return null;
  const result = await execute({ ...args, contextValue, rootValue });
  const absence = result.errors?.find(isUnavailable);
  if (absence !== undefined) throw absence;
  return result;
}
