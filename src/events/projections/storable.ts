import type { LogRecord } from '../log/event-log.js';

/** JSON escapes that Postgres' text and jsonb can't hold: NUL, and halves of surrogate pairs. */
const SUSPICIOUS = /\\u(?:0000|[dD][89a-fA-F])/;

/**
 * The record as Postgres can hold it: NUL and lone surrogates become U+FFFD, in keys too. The log keeps the bytes as they
 * came; without this, one such character in what somebody wrote would stop the projector for good.
 */
export function storable(record: LogRecord): LogRecord {
  if (record.value === null) return record;
  const text = record.value.toString('utf8');
  if (!SUSPICIOUS.test(text)) return record;
  try {
    return { ...record, value: Buffer.from(JSON.stringify(cleaned(JSON.parse(text)))) };
  } catch {
    // No JSON at all: not ours, which whoever parses it will say.
    return record;
  }
}

/** The same for what isn't a record yet: JSON as the journal will hold it. */
export const storableJson = (value: unknown): unknown => cleaned(JSON.parse(JSON.stringify(value)));

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return cleanedText(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [cleanedText(key), cleaned(one)]));
}

/** With the `u` flag `\p{Cs}` matches only surrogates that stand alone. */
const cleanedText = (text: string): string => text.replaceAll('\0', '\ufffd').replace(/\p{Cs}/gu, '\ufffd');
