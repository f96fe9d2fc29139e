import { and, sql, type SQL } from 'drizzle-orm';
import type { ConversationFilter, ConversationOrder } from '../finders.js';
import type { Condition, Conditions } from './conditions.js';
import { isByActivity } from './orders.js';

/** The index that a list is read by, in its order. */
export interface Lead {
  /** What it has of the filter, as it has it; undefined: all of the workspace's. */
  readonly has: SQL | undefined;
  /** What of the filter needs no second look. */
  readonly serves: readonly Condition[];
  /** Those that it has are mostly few: reading all of them for another order pays. */
  readonly isNarrow: boolean;
}

/**
 * By activity there is an index for most conditions; of several the one is taken of which a page's worth is found soonest:
 * an agent's open ones are few, and most of what is closed is of no interest to whoever asks for more than that.
 */
export function leadByActivity(filter: ConversationFilter, given: Conditions): Lead {
  const narrow = (serves: readonly Condition[], has = and(...serves.map((one) => given[one]))): Lead => ({
    ...{ has, serves },
    isNarrow: true,
  });
  const wide = (serves: readonly Condition[]): Lead => ({ ...narrow(serves), isNarrow: false });
  const isOpen = filter.status === 'OPEN';
  if (given.contact) return narrow(['contact']);
  if (given.agent && isOpen) return narrow(['agent', 'status']);
  if (given.team && isOpen) return narrow(['team', 'status']);
  if (filter.isSnoozed === true) return narrow([], sql`c.snoozed_until is not null`);
  if (given.agent) return narrow(['agent']);
  if (filter.isUnread === true) return narrow(['unread']);
  if (given.team) return narrow(['team']);
  if (filter.isAssigned === false && isOpen) return wide(['assigned', 'status']);
  if (filter.channelIds?.length === 1 && filter.platform === undefined && filter.window === undefined)
    return wide(['channels']);
  return wide(given.status ? ['status'] : []);
}

/** What an order leaves out; undefined: nothing. */
export const ownOf = (order: ConversationOrder): SQL | undefined =>
  order === 'LONGEST_WAITING' ? sql`c.waiting_since is not null` : undefined;

/** By anything but activity there is one index for all of the workspace's. */
export function leadOf(filter: ConversationFilter, given: Conditions, order: ConversationOrder): Lead {
  if (isByActivity(order)) return leadByActivity(filter, given);
  return { has: ownOf(order), serves: [], isNarrow: false };
}
