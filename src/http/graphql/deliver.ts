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

/** A subscription that is about to run: its context is ours. */
export interface SubscriptionExecution extends ExecutionArgs {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly contextValue: RequestContext;
}

const RETRY_MS = 500;
/**
 * 5 minutes: a subscription without news lives through any absence, and one that has some must not end in a common one.
 * Afterwards it ends with the error, and the client resumes from its last cursor.
 */
const TRIES_MAX = 600;

/**
 * As graphql-js's `subscribe`, but each event is executed under a context of its own, and again while the database is
 * away: a subscriber that was given a hole in place of an event would never know.
 */
export async function subscribeByDelivery(
  args: SubscriptionExecution,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return source;
  return resultsOf(source[Symbol.asyncIterator]() as AsyncIterator<Delivery>, args);
}

function resultsOf(
  source: AsyncIterator<Delivery>,
  args: SubscriptionExecution,
): AsyncIterableIterator<ExecutionResult> {
  const closing = new AbortController();
  const iterator: AsyncIterableIterator<ExecutionResult> = {
    async next() {
      for (;;) {
        const next: IteratorResult<Delivery, unknown> = await source.next();
        if (next.done === true) return { done: true, value: undefined };
        const result = await deliver(next.value, args, closing.signal);
        if (result !== null) return { done: false, value: result };
      }
    },
    async return() {
      closing.abort();
      await source.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

/** Null for an event that says nothing to this subscriber. @throws when what it needs stays away */
async function deliver(
  delivery: Delivery,
  args: SubscriptionExecution,
  closed: AbortSignal,
): Promise<ExecutionResult | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await executeOnce(delivery, args);
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
