import type { Batch, KafkaMessage } from 'kafkajs';
import type { LogRecord, Topic } from '../event-log.js';

/**
 * Whether a batch is not the one that should come: kafkajs may hand over one that it fetched before a seek, and where
 * an offset isn't there it goes on from the beginning of what is kept, silently. On `webhooks` records may be missing.
 */
export function isAstray(topic: Topic, position: bigint, batch: Pick<Batch, 'firstOffset'>): boolean {
  const first = BigInt(batch.firstOffset() ?? position);
  return first < position || (topic === 'events' && first > position);
}

export function toRecords({ partition, messages }: Pick<Batch, 'partition' | 'messages'>): readonly LogRecord[] {
  return messages.map((message) => ({
    partition,
    offset: BigInt(message.offset),
    key: message.key === null ? null : message.key.toString(),
    headers: headersOf(message),
    value: message.value,
  }));
}

/** Of a header that stands there twice the last one counts, as for Java's `lastHeader`. */
function headersOf({ headers = {} }: KafkaMessage): Record<string, string> {
  const found: [string, string][] = [];
  for (const [name, values] of Object.entries(headers)) {
    const value = Array.isArray(values) ? values.at(-1) : values;
    if (value !== undefined) found.push([name, value.toString()]);
  }
  return Object.fromEntries(found);
}
