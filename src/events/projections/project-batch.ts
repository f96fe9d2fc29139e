import type { Transaction } from '../../database/database.js';
import { sqlStateOf } from '../../database/errors.js';
import { safeMessage } from '../../logging.js';
import type { ParleyEvent } from '../catalog.js';
import { parseRecord, type ParsedRecord } from '../codec.js';
import type { RecordedEvent } from '../kernel/event.js';
import { FatalConsumerError, type LogRecord, type RecordBatch } from '../log/event-log.js';
import { insertIntoJournal, type JournalEntry } from './journal-insert.js';
import type { ReadCopy } from './read-copy.js';
import { foldInto, loadReadModels, saveReadModels, type ReadModels } from './read-models.js';
import { storable } from './storable.js';

/** A batch whose records have been read. */
export type ReadBatch = Pick<RecordBatch, 'partition' | 'readFrom' | 'nextOffset'> & {
  readonly records: readonly ReadRecord[];
};
export interface ReadRecord {
  readonly record: LogRecord;
  readonly parsed: ParsedRecord;
}

/** A record that is none of ours (rule 14). */
export interface ForeignRecord {
  readonly offset: bigint;
  readonly reason: string;
}

/** An event of ours that can't be folded: whatever stands before it is folded, and then nothing more (rule 14). */
class UnfoldableError extends Error {
  override readonly name = 'UnfoldableError';
  constructor(
    readonly offset: bigint,
    reason: string,
  ) {
    super(reason);
  }
}

/**
 * Reads a batch and has it projected; where an event can't be folded, up to that one.
 * @throws FatalConsumerError no repeat will help; or what `project` throws
 */
export async function projectWhole(
  batch: Pick<RecordBatch, 'partition' | 'readFrom' | 'nextOffset' | 'records'>,
  project: (batch: ReadBatch) => Promise<void>,
): Promise<void> {
  await projectReadable({ ...batch, records: batch.records.map(read) }, project);
}

async function projectReadable(batch: ReadBatch, project: (batch: ReadBatch) => Promise<void>): Promise<void> {
  try {
    await project(batch);
  } catch (error) {
    if (error instanceof UnfoldableError) return stopBefore(batch, error, project);
    const state = sqlStateOf(error);
    if (state === undefined || !REFUSED_DATA.test(state)) throw error;
    throw new FatalConsumerError(`Postgres refuses what ${placeOf(batch)} says (SQLSTATE ${state}).`);
  }
}

/** Classes of SQLSTATE that say the same again for the same data: repeating the batch would never end. */
const REFUSED_DATA = /^(?:21|22|23|54)/;

async function stopBefore(
  batch: ReadBatch,
  error: UnfoldableError,
  project: (batch: ReadBatch) => Promise<void>,
): Promise<never> {
  const records = batch.records.filter(({ record }) => record.offset < error.offset);
  if (records.length > 0) await projectReadable({ ...batch, records, nextOffset: error.offset }, project);
  throw new FatalConsumerError(`Partition ${batch.partition}, offset ${error.offset}: ${error.message}`);
}

const placeOf = ({ partition, readFrom, nextOffset }: ReadBatch): string =>
  `partition ${partition}, offsets ${readFrom} to ${nextOffset - 1n},`;

function read(record: LogRecord): ReadRecord {
  const clean = storable(record);
  return { record: clean, parsed: parseRecord(clean) };
}

/**
 * Folds a batch into a copy of the read models: rule 11, in its order. Answers the records that were not ours; to bury
 * them and to tell of the batch is the caller's. @throws StalePositionError, and what `projectWhole` knows
 */
export async function projectBatch(
  tx: Transaction,
  { tables, positions }: ReadCopy,
  batch: ReadBatch,
): Promise<readonly ForeignRecord[]> {
  await positions.advance(tx, batch);
  const fresh = await insertIntoJournal(tx, tables, batch.partition, batch.records.flatMap(journalEntryOf));
  const recorded = batch.records.flatMap((one) => (fresh.has(one.record.offset) ? recordedEventOf(one) : []));
  const models = await loadReadModels(
    tx,
    tables,
    recorded.map(({ event }) => event),
  );
  for (const one of recorded) fold(models, one);
  await saveReadModels(tx, tables, models);
  return batch.records.flatMap(({ record, parsed }) =>
    parsed.kind === 'foreign' ? { offset: record.offset, reason: parsed.reason } : [],
  );
}

function fold(models: ReadModels, recorded: RecordedEvent<ParleyEvent>): void {
  try {
    foldInto(models, recorded);
  } catch (error) {
    const reason = error instanceof Error ? safeMessage(error) : 'unknown';
    throw new UnfoldableError(recorded.position.offset, `${recorded.event.type} can't be folded: ${reason}`);
  }
}

function journalEntryOf({ record, parsed }: ReadRecord): JournalEntry[] {
  if (parsed.kind === 'foreign' || record.value === null) return [];
  if (parsed.kind === 'broken')
    throw new UnfoldableError(record.offset, `${parsed.event.type} can't be read: ${parsed.reason}`);
  const isFolded = parsed.kind === 'event';
  return [{ offset: record.offset, event: parsed.event, isFolded, json: record.value.toString('utf8') }];
}

function recordedEventOf({ record, parsed }: ReadRecord): RecordedEvent<ParleyEvent>[] {
  if (parsed.kind !== 'event') return [];
  return [{ event: parsed.event, position: { partition: record.partition, offset: record.offset } }];
}
