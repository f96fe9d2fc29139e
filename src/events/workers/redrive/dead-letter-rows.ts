import { sql, type SQL } from 'drizzle-orm';
import type { Executor } from '../../../database/database.js';
import { TOPICS, type Topic } from '../../log/event-log.js';

/** Who leaves dead letters (rule 14). */
export const DEAD_LETTER_CONSUMERS = ['projector', 'dispatcher', 'interpreter'] as const;
export type DeadLetterConsumer = (typeof DEAD_LETTER_CONSUMERS)[number];

/** A record that a consumer could not take: where it lies and why, never what it says. */
export interface DeadLetter {
  readonly consumer: DeadLetterConsumer;
  readonly topic: Topic;
  readonly partition: number;
  readonly offset: bigint;
  readonly reason: string;
  /** RFC 3339. */
  readonly recordedAt: string;
}

/** Which of them; what isn't given is any. */
export interface DeadLetterFilter {
  readonly consumer?: DeadLetterConsumer | undefined;
  readonly topic?: Topic | undefined;
  readonly partition?: number | undefined;
  readonly offset?: bigint | undefined;
}

type Place = Pick<DeadLetter, 'consumer' | 'topic' | 'partition' | 'offset'>;

interface LetterRow extends Record<string, unknown> {
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly reason: string;
  readonly recorded_at: string;
}

/** Those after a place, in order of consumer, topic, partition and offset. */
export async function findDeadLetters(
  executor: Executor,
  filter: DeadLetterFilter,
  page: { readonly after?: Place | undefined; readonly limit: number },
): Promise<readonly DeadLetter[]> {
  const { after } = page;
  const isAfter =
    after === undefined
      ? sql`true`
      : sql`(consumer, topic, partition, "offset") >
          (${after.consumer}, ${after.topic}, ${after.partition}::int, ${after.offset}::bigint)`;
  const found = await executor.execute<LetterRow>(sql`
    select consumer, topic, partition, "offset", reason,
      to_char(recorded_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as recorded_at
    from work.dead_letters where ${isKnown} and ${conditions(filter)} and ${isAfter}
    order by consumer, topic, partition, "offset" limit ${page.limit}`);
  return found.rows.flatMap(letterOf);
}

export async function countDeadLetters(executor: Executor, filter: DeadLetterFilter): Promise<number> {
  const counted = await executor.execute<{ count: number }>(
    sql`select count(*)::int as count from work.dead_letters where ${isKnown} and ${conditions(filter)}`,
  );
  return counted.rows[0]?.count ?? 0;
}

export async function removeDeadLetter(executor: Executor, letter: Place): Promise<void> {
  await executor.execute(sql`delete from work.dead_letters where ${conditions(letter)}`);
}

/** Refused once more: with the reason of now. */
export async function restateDeadLetter(executor: Executor, letter: Place, reason: string, now: Date): Promise<void> {
  await executor.execute(sql`
    update work.dead_letters set reason = ${reason}, recorded_at = ${now.toISOString()}::timestamptz
    where ${conditions(letter)}`);
}

/** A consumer that this build doesn't know is another version's, and its letters are too: they must fill no page. */
const isKnown = sql`consumer = any(${sql.param([...DEAD_LETTER_CONSUMERS])}::text[]) and topic = any(${sql.param([...TOPICS])}::text[])`;

function conditions({ consumer, topic, partition, offset }: DeadLetterFilter): SQL {
  const all = [
    ...(consumer === undefined ? [] : [sql`consumer = ${consumer}`]),
    ...(topic === undefined ? [] : [sql`topic = ${topic}`]),
    ...(partition === undefined ? [] : [sql`partition = ${partition}`]),
    ...(offset === undefined ? [] : [sql`"offset" = ${offset}`]),
  ];
  return all.length === 0 ? sql`true` : sql.join(all, sql` and `);
}

function letterOf({ recorded_at: recordedAt, partition, offset, reason, ...row }: LetterRow): DeadLetter[] {
  const consumer = DEAD_LETTER_CONSUMERS.find((one) => one === row.consumer);
  const topic = TOPICS.find((one) => one === row.topic);
  if (consumer === undefined || topic === undefined) return [];
  return [{ consumer, topic, partition, offset, reason, recordedAt }];
}
