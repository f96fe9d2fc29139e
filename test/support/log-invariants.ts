import type { LogRecord } from '../../src/events/log/event-log.js';

/** `partition/offset`. */
export const placeOf = ({ partition, offset }: Pick<LogRecord, 'partition' | 'offset'>): string =>
  `${partition}/${offset}`;

/** Offsets that are missing between the first one and the head, as `partition/offset`, the first of each gap. */
export function gapsIn(records: readonly LogRecord[], heads: readonly bigint[]): readonly string[] {
  const next = heads.map(() => 0n);
  const gaps: string[] = [];
  for (const { partition, offset } of records) {
    const expected = next[partition] ?? 0n;
    if (offset !== expected) gaps.push(`${partition}/${expected}`);
    next[partition] = offset + 1n;
  }
  for (const [partition, head] of heads.entries()) {
    if (next[partition] !== head) gaps.push(`${partition}/${next[partition] ?? 0n}`);
  }
  return gaps;
}

/** The event id that a record's value names; undefined where it isn't JSON or names none. */
export function eventIdOf({ value }: Pick<LogRecord, 'value'>): string | undefined {
  const id = parse(value)?.['id'];
  return typeof id === 'string' ? id : undefined;
}

/** What a delivery adds to an event (its times, its raw webhook): the id is derived from what is said (rule 7). */
const OF_THE_DELIVERY = ['time', 'occurredAt', 'recordedAt', 'causationId'];

/** The ids that two events share that differ in more than what a delivery adds, or that stand under two keys. */
export function differentUnderOneId(records: readonly LogRecord[]): readonly string[] {
  const said = new Map<string, string>();
  const shared = new Set<string>();
  for (const record of records) {
    const id = eventIdOf(record);
    if (id === undefined) continue;
    const event = Object.entries(parse(record.value) ?? {}).filter(([field]) => !OF_THE_DELIVERY.includes(field));
    const says = JSON.stringify([record.partition, record.key, sorted(Object.fromEntries(event))]);
    if ((said.get(id) ?? says) !== says) shared.add(id);
    said.set(id, says);
  }
  return [...shared];
}

/** Where each event stands first: what a journal that has each event once says. */
export function firstPlaces(records: readonly LogRecord[]): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  for (const record of records) {
    const id = eventIdOf(record);
    if (id !== undefined && !places.has(id)) places.set(id, placeOf(record));
  }
  return places;
}

/** A send as its sender saw it, and where it stands in its partition. Times by one clock, which never goes back. */
export interface PlacedSend {
  readonly to: string;
  readonly startedAt: number;
  readonly acknowledgedAt: number;
  readonly offset: bigint;
}

/** Sends that were acknowledged before another one to the same contact began, and that stand behind it all the same. */
export function overtakenSends<Send extends PlacedSend>(sends: readonly Send[]): readonly Send[] {
  const latestStart = new Map<string, number>();
  const overtaken: Send[] = [];
  for (const send of sends.toSorted((one, other) => (one.offset < other.offset ? -1 : 1))) {
    const latest = latestStart.get(send.to) ?? -Infinity;
    if (send.acknowledgedAt < latest) overtaken.push(send);
    latestStart.set(send.to, Math.max(latest, send.startedAt));
  }
  return overtaken;
}

function parse(value: Buffer | null): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(value?.toString() ?? '');
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}

/** The same for two objects whose fields only stand in another order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return fields.map(([name, field]) => [name, sorted(field)]);
}
