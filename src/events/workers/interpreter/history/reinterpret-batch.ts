import type { ParleyEvent } from '../../../catalog.js';
import type { Clock } from '../../../kernel/clock.js';
import type { EventId } from '../../../kernel/ids.js';
import type { AppendedPosition, LogRecord } from '../../../log/event-log.js';
import type { Outbox } from '../../../outbox/outbox.js';
import { readRawRecord } from '../../../webhook/raw-webhook.js';
import { appendEvents } from '../append-events.js';
import { readOne, type ReaderDeps } from '../webhook-reader.js';
import { compareKnown, type KnownReading } from './compare-known.js';
import { findKnownEvents, type KnownEvent } from './known-events.js';
import { placeHistory, type HistoryDeps } from './place-history.js';
import { idsOf, isInScope, isOf, readingOf, type Reading, type Scope } from './readings.js';
import type { Tally } from './tally.js';

export interface ReinterpretBatchDeps extends HistoryDeps, ReaderDeps {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly scope: Scope;
}

/**
 * Reads a batch of old webhooks and appends what the journal lacks. The journal must have all that these webhooks have
 * said until now. @returns where the new events stand. @throws LogUnavailableError
 */
export async function reinterpretBatch(
  deps: ReinterpretBatchDeps,
  records: readonly LogRecord[],
): Promise<readonly AppendedPosition[]> {
  const { database, identity, outbox, tally, isDryRun } = deps;
  const now = deps.clock.now();
  const readings = await readAll(records, deps);
  const journal = await findKnownEvents(database.orm, readings.flatMap(idsOf));
  const { known, lacking } = sortOut(readings, journal, tally);
  const compared = await compareKnown(known, { executor: database.orm, identity, now, tally, journal });
  const { opened, events } = await placeHistory(deps, lacking, journal, now);
  if (isDryRun) return [];
  const marked = [...compared, ...events].map((event): ParleyEvent => ({ ...event, reinterpreted: true }));
  return [...(await outbox.publish(opened)), ...(await appendEvents({ outbox, identity }, marked))];
}

async function readAll(records: readonly LogRecord[], deps: ReinterpretBatchDeps): Promise<readonly Reading[]> {
  const { tally, scope, identity } = deps;
  const readings: Reading[] = [];
  for (const record of records) {
    const raw = readRawRecord(record);
    if (raw === 'erased') tally.webhooks.erased += 1;
    else if (raw === undefined) tally.webhooks.foreign += 1;
    else if (!isInScope(raw, scope)) tally.webhooks.leftOut += 1;
    else {
      tally.webhooks.read += 1;
      for (const said of await readOne(raw, deps)) {
        const reading = readingOf(said, identity);
        if (reading === undefined) tally.leave('notUnderstood');
        else readings.push(reading);
      }
    }
  }
  return readings;
}

interface SortedOut {
  readonly known: readonly KnownReading[];
  readonly lacking: readonly Reading[];
}

/** What a provider says again, in another webhook or twice in one, was never an event of its own: the first counts. */
function sortOut(readings: readonly Reading[], journal: ReadonlyMap<EventId, KnownEvent>, tally: Tally): SortedOut {
  const known = new Map<EventId, KnownReading>();
  const lacking = new Map<EventId, Reading>();
  for (const reading of readings) {
    const { eventId, raw } = reading;
    const found = journal.get(eventId);
    const isFirst = !known.has(eventId) && !lacking.has(eventId);
    if (found !== undefined && isFirst && isOf(raw, found.event.causationId))
      known.set(eventId, { reading, known: found });
    else if (found === undefined && isFirst && tally.isFirst(eventId)) lacking.set(eventId, reading);
    else tally.repeat();
  }
  return { known: [...known.values()], lacking: [...lacking.values()] };
}
