import type { MessageStatus } from './state.js';

/**
 * The ladder of rule 13, lowest first. A rung's index is its rank; several rungs may show the same status.
 * Read models keep ranks: a rung put in between means a rebuild.
 */
const RUNGS = [
  // Only incoming messages stand here; they know no other rung than `read` and `deleted` above it.
  { rung: 'received', status: 'RECEIVED' },
  { rung: 'scheduled', status: 'SCHEDULED' },
  { rung: 'accepted', status: 'ACCEPTED' },
  { rung: 'cancelled', status: 'CANCELLED' },
  { rung: 'dispatched', status: 'PROCESSING' },
  { rung: 'outcome_unknown', status: 'OUTCOME_UNKNOWN' },
  { rung: 'submitted', status: 'PROCESSING' },
  { rung: 'send_failed', status: 'SENDING_FAILED' },
  { rung: 'sent', status: 'SENT' },
  { rung: 'delivery_failed', status: 'DELIVERY_FAILED' },
  { rung: 'delivered', status: 'DELIVERED' },
  { rung: 'read', status: 'READ' },
  { rung: 'deleted', status: 'DELETED' },
] as const satisfies readonly { rung: string; status: MessageStatus }[];

export type Rung = (typeof RUNGS)[number]['rung'];

const RANKS = new Map<Rung, number>(RUNGS.map(({ rung }, rank) => [rung, rank]));

export function rankOf(rung: Rung): number {
  const rank = RANKS.get(rung);
  if (rank === undefined) throw new RangeError('Not a rung of the ladder.');
  return rank;
}

/** @throws RangeError for a rank that no rung has: the read model is of another version. */
export function statusOfRank(rank: number): MessageStatus {
  const found = RUNGS[rank];
  if (found === undefined) throw new RangeError('Not a rank of the ladder.');
  return found.status;
}

/** An attempt that stands on one of these beats every attempt that doesn't, whichever is the latest. */
const ARRIVED: ReadonlySet<number> = new Set((['sent', 'delivered', 'read', 'deleted'] as const).map(rankOf));

export const hasArrived = (rank: number): boolean => ARRIVED.has(rank);
