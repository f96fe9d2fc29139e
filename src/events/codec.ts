import { z } from 'zod';
import { EVENT_CATALOG, type CatalogEntry, type EventCatalog, type KeyField, type ParleyEvent } from './catalog.js';
import type { EventEnvelope } from './kernel/event.js';
import { traced, traceHeaders, traceOf } from './kernel/trace-context.js';
import type { LogRecord, OutgoingRecord } from './log/event-log.js';
import { upcast } from './upcast.js';

const id = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`));

/** The envelope as it stands in a record's value; unknown fields are another version's and are kept. */
export const envelopeSchema = z.looseObject({
  id: id('evt').describe('The same for whoever says the same thing again: dedupe by it.'),
  type: z.string().min(1).max(100).describe('What happened, in the past tense.'),
  version: z.int().min(1).describe("The version of `data`'s schema."),
  workspaceId: id('ws').describe('Whose data it is.'),
  channelId: id('chan').optional().describe('The channel it came about on.'),
  conversationId: id('conv').optional().describe('The conversation it belongs to.'),
  contactId: id('cont').optional().describe('The contact it concerns.'),
  messageId: id('msg').optional().describe('The message it is about.'),
  occurredAt: z.iso.datetime().describe("The provider's time, ours where it gives none; RFC 3339, UTC. No order."),
  recordedAt: z.iso.datetime().describe('When Parley wrote it down; RFC 3339, UTC. No order: positions are.'),
  causationId: z
    .string()
    .optional()
    .describe("What it follows from: a raw webhook's id (`raw_…`), or the event of a command (`evt_…`)."),
  reinterpreted: z
    .literal(true)
    .optional()
    .describe('Read out of an old webhook later on, by a newer adapter. It is no news: notify nobody of it.'),
  data: z.record(z.string(), z.unknown()),
});

/** What a record of the events topic turned out to be (rule 14). */
export type ParsedRecord =
  /** As today's version has it, whichever wrote it; fields that this build doesn't know are kept. */
  | { readonly kind: 'event'; readonly event: ParleyEvent }
  /** Ours, but of a type or version that this build doesn't know: journaled, not folded. */
  | { readonly kind: 'unknown'; readonly event: EventEnvelope }
  /** Ours and known, but its data can't be read: whoever folds must stop and say so, reactors dead-letter it. */
  | { readonly kind: 'broken'; readonly event: EventEnvelope; readonly reason: string }
  /** Not ours: dead letter. */
  | { readonly kind: 'foreign'; readonly reason: string };

/** The CloudEvents 1.0 binding: attributes as `ce_*` headers, and id, type, source, time, subject again in the value. */
export function toRecord(event: ParleyEvent, fingerprint: string): OutgoingRecord {
  const source = sourceOf(event);
  const subject = subjectOf(event);
  const { id: eventId, type, version } = event;
  const { workspaceId, channelId, conversationId, contactId, messageId, ...others } = event;
  const { causationId, reinterpreted, trace, ...rest } = others;
  // Always in this order: whoever appends an event again, having read it from a row, writes the very same bytes.
  const value = {
    ...{ id: eventId, type, version, source, subject, time: event.occurredAt },
    ...{ workspaceId, channelId, conversationId, contactId, messageId },
    ...{ occurredAt: event.occurredAt, recordedAt: event.recordedAt, causationId, reinterpreted, data: event.data },
    ...rest,
  };
  return {
    key: keyOf(event),
    headers: {
      ce_specversion: '1.0',
      ce_id: eventId,
      ce_type: type,
      ce_source: source,
      ce_subject: subject,
      ce_time: event.occurredAt,
      ce_dataversion: String(version),
      ce_idfingerprint: fingerprint,
      'content-type': 'application/json',
      ...traceHeaders(trace),
    },
    value: Buffer.from(JSON.stringify(value)),
  };
}

/** Reads a record back; never throws. */
export function parseRecord(record: LogRecord, catalog: EventCatalog = EVENT_CATALOG): ParsedRecord {
  if (record.value === null) return foreign('null value');
  const json = parseJson(record.value);
  const envelope = envelopeSchema.safeParse(json);
  if (!envelope.success) return foreign(json === undefined ? 'not JSON' : 'no event envelope');
  const event = { ...(envelope.data as unknown as EventEnvelope), ...traced(traceOf(record.headers)) };
  const entry = catalog.get(event.type);
  if (entry !== undefined && entry.version >= event.version && record.key !== event[entry.keyedBy])
    return foreign('wrong key');
  return parseEvent(event, catalog);
}

/** Reads an event whose envelope is known to be one: as the journal keeps it, for example. Never throws. */
export function parseEvent(
  stored: EventEnvelope,
  catalog: EventCatalog = EVENT_CATALOG,
): Exclude<ParsedRecord, { kind: 'foreign' }> {
  const entry = catalog.get(stored.type);
  if (entry === undefined || entry.version < stored.version) return { kind: 'unknown', event: stored };
  const event = upcastOrReason(stored, entry);
  if (typeof event === 'string') return { kind: 'broken', event: stored, reason: event };
  const data = entry.data.safeParse(event.data);
  if (!data.success) return { kind: 'broken', event: stored, reason: faultsOf(data.error) };
  return { kind: 'event', event: { ...event, data: { ...event.data, ...(data.data as object) } } as ParleyEvent };
}

function upcastOrReason(stored: EventEnvelope, { upcasts }: CatalogEntry): EventEnvelope | string {
  try {
    return upcast(stored, upcasts);
  } catch {
    // What it stumbled over may be what somebody wrote, and an error's message may quote it.
    return `its version ${stored.version} could not be brought up to ${upcasts.length + 1}`;
  }
}

const FAULTS_MAX = 5;

/** Where it is wrong and how, and never what stands there: it goes to the operator's log and to /readyz. */
const faultsOf = ({ issues }: z.ZodError): string =>
  issues
    .slice(0, FAULTS_MAX)
    .map(({ path, code }) => `${['data', ...path].join('.')} (${code})`)
    .join(', ');

/** The key of an event's record (rule 8). */
export function keyOf(event: ParleyEvent): string {
  const entry = EVENT_CATALOG.get(event.type);
  const key = entry && event[entry.keyedBy];
  if (key === undefined) throw new TypeError(`${event.type} names no ${entry?.keyedBy ?? 'known key'}.`);
  return key;
}

const SUBJECT_FIELDS: readonly (KeyField | 'messageId')[] = ['messageId', 'conversationId', 'contactId', 'channelId'];

/** What the event is about: the message, else what it is keyed by. */
export function subjectOf(event: EventEnvelope): string {
  for (const field of SUBJECT_FIELDS) if (event[field] !== undefined) return event[field];
  return event.workspaceId;
}

/** Where it came about, as a URI reference. */
export function sourceOf(event: EventEnvelope): string {
  const workspace = `/workspaces/${event.workspaceId}`;
  return event.channelId === undefined ? workspace : `${workspace}/channels/${event.channelId}`;
}

const foreign = (reason: string): ParsedRecord => ({ kind: 'foreign', reason });

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
