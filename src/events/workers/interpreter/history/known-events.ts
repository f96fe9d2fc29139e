import { sql } from 'drizzle-orm';
import type { Executor } from '../../../../database/database.js';
import type { ParleyEvent } from '../../../catalog.js';
import { parseEvent } from '../../../codec.js';
import type { EventEnvelope } from '../../../kernel/event.js';
import { eventIds, messageIds, workspaceIds, type EventId } from '../../../kernel/ids.js';
import type { MessageEvent } from '../../../message/events.js';
import { correctedEvent, isCorrectable, type CorrectableEvent, type MessageCorrected } from '../../../message/words.js';

/** An event as the journal has it. */
export interface KnownEvent {
  readonly event: ParleyEvent;
  /** How it is to be taken by now; undefined for one that nothing corrects. */
  readonly current: CorrectableEvent | undefined;
  /** What says so: its last correction, or the event itself. */
  readonly saidBy: EventId;
}

/** Those of these events that the journal has and this build can read, each with its last correction. */
export async function findKnownEvents(
  executor: Executor,
  ids: readonly EventId[],
): Promise<ReadonlyMap<EventId, KnownEvent>> {
  if (ids.length === 0) return new Map();
  const found = await executor.execute<{ value: EventEnvelope }>(sql`
    select value from read.events where id = any(${sql.param(ids.map((id) => eventIds.toUuid(id)))}::uuid[])`);
  const events = found.rows.flatMap(({ value }) => readable(value));
  const corrections = await findCorrections(executor, events.filter(isOfMessage));
  return new Map(events.map((event) => [event.id, knownEvent(event, corrections.get(event.id))]));
}

function knownEvent(event: ParleyEvent, correction: MessageCorrected | undefined): KnownEvent {
  if (!isOfMessage(event) || !isCorrectable(event)) return { event, current: undefined, saidBy: event.id };
  if (correction === undefined) return { event, current: event, saidBy: event.id };
  return { event, current: correctedEvent(correction), saidBy: correction.id };
}

/** By what they correct; of several the last one by position. */
async function findCorrections(
  executor: Executor,
  events: readonly ParleyEvent[],
): Promise<ReadonlyMap<EventId, MessageCorrected>> {
  const named = events.flatMap(({ workspaceId, messageId }) =>
    messageId === undefined ? [] : [[workspaceIds.toUuid(workspaceId), messageIds.toUuid(messageId)] as const],
  );
  if (named.length === 0) return new Map();
  const found = await executor.execute<{ value: EventEnvelope }>(sql`
    select e.value
    from (select distinct * from unnest(
      ${sql.param(named.map(([workspace]) => workspace))}::uuid[], ${sql.param(named.map(([, message]) => message))}::uuid[]
    )) as named (workspace_id, message_id)
    join read.events e using (workspace_id, message_id)
    where e.type = 'message.corrected'
    order by e.partition, e."offset"`);
  const corrections = found.rows.flatMap(({ value }) => readable(value)).filter(isCorrection);
  return new Map(
    corrections.flatMap((one) => {
      const id = eventIds.parse(one.data.correctedEventId);
      return id === undefined ? [] : [[id, one]];
    }),
  );
}

function readable(value: EventEnvelope): ParleyEvent[] {
  const parsed = parseEvent(value);
  return parsed.kind === 'event' ? [parsed.event] : [];
}

const isOfMessage = (event: ParleyEvent): event is MessageEvent => event.type.startsWith('message.');
const isCorrection = (event: ParleyEvent): event is MessageCorrected => event.type === 'message.corrected';
