import type { ParleyEvent } from '../../catalog.js';
import type { Identity } from '../../event-identity.js';
import { traced } from '../../kernel/trace-context.js';
import { RecordTooLargeError, type AppendedPosition } from '../../log/event-log.js';
import type { Outbox } from '../../outbox/outbox.js';

/** Appends handed over at once: below what the log's queue bears, whatever a batch of webhooks says. */
const APPENDS_MAX = 500;

export interface AppendDeps {
  readonly outbox: Outbox;
  readonly identity: Identity;
}

/**
 * Appends in the order given and resolves when the log has all of it. None is left in flight when it rejects, so that a
 * repeat can't overtake them.
 * @returns where they stand. @throws LogUnavailableError
 */
export async function appendEvents(
  deps: AppendDeps,
  events: readonly ParleyEvent[],
): Promise<readonly AppendedPosition[]> {
  const positions: AppendedPosition[] = [];
  for (let start = 0; start < events.length; start += APPENDS_MAX) {
    const handed = events.slice(start, start + APPENDS_MAX).map((event) => appendOne(deps, event));
    const failed = (await Promise.allSettled(handed)).find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    positions.push(...(await Promise.all(handed)));
  }
  return positions;
}

/** What is too large for a record would be so for ever: it is told as uninterpreted, and the raw bytes stay. */
async function appendOne({ outbox, identity }: AppendDeps, event: ParleyEvent): Promise<AppendedPosition> {
  try {
    return await outbox.append(event);
  } catch (error) {
    if (!(error instanceof RecordTooLargeError)) throw error;
    return outbox.append(tooLarge(event, identity));
  }
}

function tooLarge(event: ParleyEvent, identity: Identity): ParleyEvent {
  const { workspaceId, channelId, causationId, occurredAt, recordedAt, reinterpreted, trace } = event;
  return {
    id: identity.ofCommand(event.id, 'too large', 'webhook.uninterpreted'),
    type: 'webhook.uninterpreted',
    version: 1,
    workspaceId,
    channelId,
    occurredAt,
    recordedAt,
    causationId,
    ...(reinterpreted && { reinterpreted }),
    ...traced(trace),
    data: { reason: `What became ${event.type} is too large for one event.`, index: 0 },
  };
}
