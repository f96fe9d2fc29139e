import type { Logger } from 'pino';
import type { Database } from '../../../database/database.js';
import { pause } from '../../../lifecycle.js';
import type { ConversationId } from '../../kernel/ids.js';
import type { EventLog } from '../../log/event-log.js';
import { createReadPositionStore } from '../../log/positions.js';
import { retryPassing, WITHIN_LEASE_MS } from './retry.js';

export interface ReadModelLagDeps {
  readonly database: Database;
  readonly log: Pick<EventLog, 'heads' | 'partitionOf' | 'partitionCount'>;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
}

/** What a claim that can't be judged yet is put off by. */
export const LOOK_AGAIN_MS = 1_000;
const PROJECTION_WAIT_MS = 2_000;
const LOOK_EVERY_MS = 50;

const positions = createReadPositionStore();

/**
 * Whether the read models have what the log holds now of a conversation; waits a little for it. What they don't have
 * counts as not there only then: they may be behind, restored or being rebuilt.
 */
export type HasReadLog = (conversationId: ConversationId) => Promise<boolean>;

export function createHasReadLog(deps: ReadModelLagDeps): HasReadLog {
  const retrying = {
    ...{ forMs: WITHIN_LEASE_MS, signal: deps.stopping, logger: deps.logger },
    what: 'looking how far the read models are',
  };
  return (conversationId) => retryPassing(() => hasPassed(conversationId, deps), retrying);
}

async function hasPassed(
  conversationId: ConversationId,
  { database, log, stopping }: ReadModelLagDeps,
): Promise<boolean> {
  const partition = log.partitionOf(conversationId);
  const head = (await log.heads('events'))[partition] ?? 0n;
  const endsAt = performance.now() + PROJECTION_WAIT_MS;
  for (;;) {
    const read = await positions.load(database.orm, log.partitionCount);
    if ((read[partition] ?? 0n) >= head) return true;
    if (stopping.aborted || performance.now() >= endsAt) return false;
    await pause(LOOK_EVERY_MS, stopping);
  }
}
