import type { Message } from 'kafkajs';
import type { Place, Side } from '../compared-path.js';
import { openRawProducer, toMessage } from './raw-kafka.js';
import { inTurn, makeRecords } from './records.js';
import { eventsTopic } from './topics.js';

/** One `send` of so many records after another: what batches cost when nobody has to gather them. */
export async function sendRaw(place: Place, records: number): Promise<Side> {
  const producer = await openRawProducer(place);
  const topic = eventsTopic(place);
  const nextMessage = inTurn(makeRecords().map((record) => toMessage(record, place)));
  return {
    async work(milliseconds) {
      const until = performance.now() + milliseconds;
      const latenciesMs: number[] = [];
      while (performance.now() < until) {
        const startedAt = performance.now();
        const messages: Message[] = Array.from({ length: records }, nextMessage);
        await producer.send({ topic, acks: -1, messages });
        latenciesMs.push(performance.now() - startedAt);
      }
      return { operations: latenciesMs.length * records, latenciesMs };
    },
    close: () => producer.disconnect(),
  };
}
