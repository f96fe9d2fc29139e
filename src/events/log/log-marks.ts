import { sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Database, Executor } from '../../database/database.js';
import { atMost, type Running } from '../../lifecycle.js';
import { checksumOf } from './checksums.js';
import type { ConsumerOptions, EventLog, LogRecord, RecordBatch } from './event-log.js';
import { readSome } from './read-some.js';

/** By partition, the last event that was read of it, and its checksum. */
type Marks = Readonly<Record<string, { readonly offset: string; readonly checksum: string }>>;

/** The log is not the one that was read: positions would point at other events here. */
export class OtherPastError extends Error {
  override readonly name = 'OtherPastError';
}

/** Where consumers stand after that long is what a start can tell the log by. */
const SAVE_EVERY_MS = 5_000;
/** Without the last few seconds' marks a start knows the log as well. */
const SAVED_WITHIN_MS = 1_000;
/** Who reads for the read models, and so must not pass over anything. */
const MARKED_GROUP = 'projector';

/**
 * A log that remembers in Postgres, every few seconds, which events were read of it last. A topic that was made anew has
 * the same name as the one before, and once it has grown past a position nothing about the position tells (F36).
 */
export function keepMarks(log: EventLog, database: Database, logger: Logger): EventLog & Running {
  let unsaved: Record<string, Marks[string]> = {};
  const note = ({ partition, records }: RecordBatch) => {
    const last = records.at(-1);
    if (last) unsaved[partition] = { offset: String(last.offset), checksum: checksumOf('events', last) };
  };
  const save = async () => {
    const marks = unsaved;
    if (Object.keys(marks).length === 0) return;
    unsaved = {};
    try {
      await saveMarks(database.orm, marks);
    } catch (error) {
      unsaved = { ...marks, ...unsaved };
      logger.debug({ err: error }, 'where the log was read up to could not be marked');
    }
  };
  const timer = setInterval(() => void save(), SAVE_EVERY_MS);
  const noting = (options: ConsumerOptions): ConsumerOptions => ({
    ...options,
    async handle(batch) {
      await options.handle(batch);
      note(batch);
    },
  });
  return {
    ...log,
    consume: (options) => log.consume(options.group === MARKED_GROUP ? noting(options) : options),
    async stop() {
      clearInterval(timer);
      await atMost(SAVED_WITHIN_MS, save());
    },
  };
}

/** Several processes may do it at once: an older mark that comes last is as true. */
const saveMarks = (executor: Executor, marks: Marks) =>
  executor.execute(sql`update config.instance set log_marks = log_marks || ${JSON.stringify(marks)}::jsonb`);

/**
 * Sees to it that the log still has what was read of it.
 * @throws OtherPastError the log was made anew, or went back to an older copy of itself and on from there
 * @throws PositionOutOfRangeError it keeps less than was read
 */
export async function guardMarks({ orm }: Database, log: EventLog): Promise<void> {
  const found = await orm.execute<{ log_marks: Marks }>(sql`select log_marks from config.instance`);
  const marks = found.rows[0]?.log_marks ?? {};
  const heads = await log.heads('events');
  const unseen = new Set(Object.keys(marks).map(Number));
  // An unmarked partition is read from its head: not at all.
  const startAt = heads.map((head, partition) => BigInt(marks[partition]?.offset ?? head));
  for (const partition of unseen)
    if ((startAt[partition] ?? 0n) >= (heads[partition] ?? 0n)) throw otherPast(partition);
  const look = ({ partition, ...record }: LogRecord): 'all seen' | Error | undefined => {
    const mark = marks[partition];
    if (mark === undefined || !unseen.delete(partition)) return undefined;
    const isSame = String(record.offset) === mark.offset && checksumOf('events', record) === mark.checksum;
    if (!isSame) return otherPast(partition);
    return unseen.size === 0 ? 'all seen' : undefined;
  };
  const answer = unseen.size === 0 ? 'all seen' : await readSome(log, startAt, look);
  if (answer instanceof Error) throw answer;
}

const otherPast = (partition: number) =>
  new OtherPastError(
    `The event log does not have what was read of it: partition ${partition} of events was made anew, or is an older ` +
      'copy that grew on. Bring back the log that was there (docs/backup.md). Parley never begins anew by itself: for ' +
      'that, set another PARLEY_TOPIC_PREFIX and an empty database (DATABASE_URL).',
  );
