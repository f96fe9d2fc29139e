import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { ParleyEvent } from '../../src/events/catalog.js';
import { toRecord } from '../../src/events/codec.js';
import type { ChannelId } from '../../src/events/kernel/ids.js';
import { describeWhere } from '../support/describe-where.js';
import { channelId, event } from '../support/events.js';
import { describeOnKafka, newTopicPrefix } from '../support/kafka.js';
import { runProgram, type ProgramResult } from '../support/run-program.js';
import { openFilledLog, type FilledLog } from './filled-log.js';
import { preparePython } from './python-venv.js';

const example = (file: string) => fileURLToPath(new URL(`../../examples/python/${file}`, import.meta.url));

/** Nothing is fetched for tests that are skipped for another reason. */
const venv =
  'missing' in inject('kafka')
    ? { python: '', missing: 'there is no Kafka to read', remove: () => Promise.resolve() }
    : await preparePython(example('requirements.txt'));
afterAll(() => venv.remove());

const CHANNELS = [channelId(1), channelId(2), channelId(3)] as const;
const MESSAGES = 600;

/** The deliveries of so many messages in 50 conversations, with what else happens to them. */
function history(): ParleyEvent[] {
  return Array.from({ length: MESSAGES }, (_, n): ParleyEvent[] => {
    const of = { message: n, thread: n % 50 };
    const on: ChannelId = CHANNELS[of.thread % 7] ?? CHANNELS[0];
    const data = { attempt: 1, part: 0 };
    return [
      event({ ...of, type: 'message.sent', n: n * 3, data }),
      event({ ...of, type: 'message.delivered', n: n * 3 + 1, data }),
      event({ ...of, type: 'message.read', n: n * 3 + 2, data }),
    ].map((one) => ({ ...one, channelId: on }));
  }).flat();
}

function deliveriesByChannel(events: readonly ParleyEvent[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { type, channelId: channel = '' } of events) {
    if (type === 'message.delivered') counts.set(channel, (counts.get(channel) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

describeOnKafka('examples/python', () => {
  describeWhere('python', venv.missing, 'deliveries_by_channel.py', () => {
    let log: FilledLog;
    const run = (...args: string[]): Promise<ProgramResult> =>
      runProgram(venv.python, [example('deliveries_by_channel.py'), '--brokers', log.brokers, ...args]);

    beforeAll(async () => {
      log = await openFilledLog(4);
    });
    afterAll(() => log.remove());

    it('counts each delivery once, however often it was written', async () => {
      const events = history();
      const records = events.map((one) => toRecord(one, '0123456789abcdef'));
      await log.append('events', records);
      // Every third again, as after a failure: later, and under the same key.
      await log.append(
        'events',
        records.filter((_, n) => n % 6 < 2),
      );
      const result = await run('--prefix', log.topicPrefix, '--once');
      expect(result).toMatchObject({ code: 0, errors: '' });
      expect(JSON.parse(result.output)).toEqual(deliveriesByChannel(events));
    });

    it('says which topic it misses', async () => {
      const { code, errors } = await run('--prefix', newTopicPrefix(), '--once');
      expect(code).toBe(1);
      expect(errors).toMatch(/^There is no topic test-[0-9a-f]+\.events\.v1: is --prefix/);
    });
  });
});
