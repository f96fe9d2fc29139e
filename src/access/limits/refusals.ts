import { AppError, UnavailableError } from '../../errors.js';
import type { BudgetKind, SlotKind } from './quota.js';

/** What somebody may run into; the names of the metric. */
export type Limit = BudgetKind | SlotKind | 'failed_authentications' | 'unauthenticated_sockets';

const WORDS: Readonly<Record<Limit, string>> = {
  requests: 'This key has made all the requests that it may for the moment.',
  sends: 'This key has sent all the messages that it may for the moment.',
  cost: 'This key has used up the cost that its queries may have for the moment.',
  sockets: 'This key has as many sockets open as it may.',
  subscriptions: 'This key has as many subscriptions open as it may.',
  failed_authentications: 'Too many wrong keys came from this address.',
  unauthenticated_sockets: 'Too many sockets of this address have not said who they are.',
};

/** Nothing of it was done. */
export const rateLimited = (limit: Limit, retryAfterMs: number): AppError =>
  new AppError('RATE_LIMITED', `${WORDS[limit]} Try again later.`, { retryAfterMs });

export const databaseIsSilent = (): UnavailableError =>
  new UnavailableError('The database does not answer. Try again in a moment.');
