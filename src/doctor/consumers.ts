import type { Pool } from 'pg';
import { parseRecord } from '../events/codec.js';
import type { Topic } from '../events/log/event-log.js';
import type { LogLook } from '../events/log/log-look.js';
import { pause } from '../lifecycle.js';
import { counted, ok, problem, remark, type Finding } from './finding.js';
import type { Check } from './check.js';

/** Who reads what, and where it keeps its positions. */
const CONSUMERS = [
  { name: 'projector', topic: 'events', sql: 'select partition, next_offset from read.positions' },
  { name: 'dispatcher', topic: 'events', sql: positionsOf('dispatcher', 'events') },
  { name: 'interpreter', topic: 'webhooks', sql: positionsOf('interpreter', 'webhooks') },
] as const satisfies readonly { name: string; topic: Topic; sql: string }[];

type Consumer = (typeof CONSUMERS)[number];

function positionsOf(consumer: string, topic: Topic): string {
  return `select partition, next_offset from work.positions where consumer = '${consumer}' and topic = '${topic}'`;
}

/** How long is waited between two looks at a consumer that is behind: one that works moves several times in it. */
export const STANDS_AFTER_MS = 2_500;
/** Behind by more than that a consumer that moves is worth a word. */
const FAR_BEHIND = 10_000n;
/** Standing partitions whose next event is read. */
const READ_MAX = 3;

export interface ConsumerCheckDeps {
  readonly pool: Pool;
  readonly look: LogLook;
  /** Whether any process of this Parley is connected to the database: without one, everything stands. */
  readonly isRunning: () => Promise<boolean>;
  readonly standsAfterMs: number;
}

/** What the stored positions say beside the heads: nothing of it comes from the memory of a process. */
export const consumerChecks = (deps: ConsumerCheckDeps): readonly Check[] =>
  CONSUMERS.map((consumer) => ({
    code: `CONSUMER_${consumer.name.toUpperCase()}`,
    what: `the ${consumer.name}'s positions`,
    run: () => checkConsumer(consumer, deps),
  }));

interface Lag {
  readonly partition: number;
  readonly position: bigint;
  readonly behind: bigint;
}

async function checkConsumer(consumer: Consumer, deps: ConsumerCheckDeps): Promise<readonly Finding[]> {
  const first = await lagsOf(consumer, deps);
  if (first.beyond.length > 0) return [beyondTheLog(consumer, first.beyond)];
  if (first.lags.length === 0)
    return [ok(`CONSUMER_${consumer.name.toUpperCase()}`, `${consumer.name}: has read everything.`)];
  await pause(deps.standsAfterMs);
  const second = await lagsOf(consumer, deps);
  const standing = second.lags.filter(({ partition, position }) =>
    first.lags.some((lag) => lag.partition === partition && lag.position === position),
  );
  if (standing.length === 0) return [moving(consumer, second.lags)];
  const poison = consumer.topic === 'events' ? await findPoison(deps.look, standing) : [];
  if (poison.length > 0) return poison.map((words) => poisoned(consumer, words));
  return [(await deps.isRunning()) ? stands(consumer, standing) : waits(consumer, standing)];
}

async function lagsOf({ sql, topic }: Consumer, { pool, look }: ConsumerCheckDeps) {
  // The heads last: a position that moves meanwhile is never beyond them by itself.
  const { rows } = await pool.query<{ partition: number; next_offset: bigint }>(sql);
  const heads = await look.heads(topic);
  const stored = new Map(rows.map((row) => [row.partition, row.next_offset]));
  const lags = heads.map((head, partition): Lag => {
    const position = stored.get(partition) ?? 0n;
    return { partition, position, behind: head - position };
  });
  return { lags: lags.filter(({ behind }) => behind > 0n), beyond: lags.filter(({ behind }) => behind < 0n) };
}

const sumOf = (lags: readonly Lag[]): bigint => lags.reduce((sum, { behind }) => sum + behind, 0n);
const unitOf = ({ topic }: Consumer): string => (topic === 'events' ? 'event' : 'webhook');

function moving(consumer: Consumer, lags: readonly Lag[]): Finding {
  const code = `CONSUMER_${consumer.name.toUpperCase()}`;
  const behind = sumOf(lags);
  if (behind === 0n) return ok(code, `${consumer.name}: has read everything.`);
  const said = `${consumer.name}: ${counted(behind, unitOf(consumer))} behind, and moving.`;
  return behind > FAR_BEHIND ? remark(code, said) : ok(code, said);
}

const placesOf = (lags: readonly Lag[]): string =>
  lags
    .slice(0, READ_MAX)
    .map(({ partition, position }) => `partition ${partition} at ${position}`)
    .join(', ') + (lags.length > READ_MAX ? ` and ${lags.length - READ_MAX} more` : '');

const stands = (consumer: Consumer, lags: readonly Lag[]): Finding =>
  problem(
    'CONSUMER_STANDS',
    `${consumer.name}: stands with ${counted(sumOf(lags), unitOf(consumer))} before it (${placesOf(lags)}).`,
    `See what /readyz and the log of the process with the role ${consumer.name} say, or start one with that role.`,
  );

const waits = (consumer: Consumer, lags: readonly Lag[]): Finding =>
  remark(
    `CONSUMER_${consumer.name.toUpperCase()}`,
    `${consumer.name}: ${counted(sumOf(lags), unitOf(consumer))} before it, and Parley does not run.`,
  );

const beyondTheLog = (consumer: Consumer, lags: readonly Lag[]): Finding =>
  problem(
    'CONSUMER_BEYOND',
    `${consumer.name}: its position lies beyond the log (${placesOf(lags)}): the log was replaced, or lost what it had.`,
    'Restore the log, or the backup of the database that belongs to it (docs/backup.md).',
  );

/** Ours, and of a type and version that we know, and unreadable all the same: the projector stops before it (rule 14). */
async function findPoison(look: LogLook, standing: readonly Lag[]): Promise<readonly string[]> {
  const words = await Promise.all(
    standing.slice(0, READ_MAX).map(async ({ partition, position }) => {
      const record = await look.eventAt(partition, position);
      const parsed = record && parseRecord(record);
      if (parsed?.kind !== 'broken') return [];
      const { id, type, version } = parsed.event;
      return [`partition ${partition}, offset ${position}: ${type} version ${version} (${id})`];
    }),
  );
  return words.flat();
}

const poisoned = (consumer: Consumer, words: string): Finding =>
  problem(
    'CONSUMER_POISON',
    `${consumer.name}: stands before an event of ours that can't be read: ${words}.`,
    'Run a version of Parley that reads it: nothing that was recorded is passed over.',
  );
