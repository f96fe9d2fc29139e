import type { Logger } from 'pino';
import type { Database } from '../../../database/database.js';
import type { AddressBook } from '../../outbox/address-book.js';
import { followMoves } from '../../outbox/address-moves.js';
import type { ClaimedDispatch } from './claim.js';
import { retryPassing, WITHIN_LEASE_MS } from './retry.js';

export interface MovedToDeps {
  readonly database: Database;
  readonly addressBook: Pick<AddressBook, 'find'>;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
}

/** Where the contact went since the message was accepted; undefined: nowhere. */
export type FindMovedTo = (claim: ClaimedDispatch) => Promise<string | undefined>;

/** Asks only where somebody of the conversation ever went: of all others the claim itself knows that nobody did. */
export function createFindMovedTo({ database: { orm }, addressBook, logger, stopping }: MovedToDeps): FindMovedTo {
  const retrying = { forMs: WITHIN_LEASE_MS, signal: stopping, logger, what: 'looking where a contact is by now' };
  return async ({ hasMoved, payload, workspaceId, channelId }) => {
    if (!hasMoved || payload === undefined) return undefined;
    const request = { workspaceId, channelId, address: payload.address };
    return retryPassing(async () => {
      const [thread] = await addressBook.find(orm, [request]);
      if (thread?.moved === undefined) return undefined;
      return (await followMoves(orm, addressBook, request, thread)).address;
    }, retrying);
  };
}
