import { expect, it } from 'vitest';
import { CHECKSUM_HEADER, checksumOf } from '../../src/events/log/checksums.js';
import type { LogRecord } from '../../src/events/log/event-log.js';
import { eventually } from '../support/eventually.js';
import { withClient } from '../support/with-client.js';
import { checkEverything } from './checks.js';
import { describeFault, inQuick } from './describe-fault.js';
import { complaintsOf, type LogKind, type Rig } from './rig.js';
import { rigPerTest } from './rig-per-test.js';

let rig: Rig;
const begin = (log: LogKind) => rigPerTest({ log }, (opened) => (rig = opened));

describeFault(
  'F15 poison in the topic',
  (log) => {
    begin(log);

    it('dead-letters what is not ours and goes on', async () => {
      const { messageId = '' } = await rig.send('+15550100000');
      const good = await accepted(messageId);
      const poison: LogRecord[] = [
        { ...good, value: Buffer.from('{"half') },
        { ...good, value: null },
        { ...good, key: 'conv_00000000000000000000000000' },
        { ...good, value: Buffer.alloc(2_000_000, 'x') },
        { ...good, value: Buffer.from('{"id":1}') },
      ];
      for (const record of poison) await append(unsealed(record));
      await eventually(async () => expect(await deadLetters('projector')).toBe(poison.length), { timeoutMs: 30_000 });
      await rig.send('+15550100001');
      expect(await complaintsOf(rig)).toEqual([]);
      await checkEverything(rig);
    });

    it('journals an unknown type and an unknown version without folding them', async () => {
      const { messageId = '' } = await rig.send('+15550100000');
      const good = await accepted(messageId);
      await append(changed(good, { type: 'message.whispered', id: 'evt_00000000000000000000000001' }));
      await append(changed(good, { version: 99, id: 'evt_00000000000000000000000002' }));
      await withClient(rig.directUrl, (client) =>
        eventually(
          async () => {
            const { rows } = await client.query('select type from read.events where not is_folded order by "offset"');
            expect(rows).toEqual([{ type: 'message.whispered' }, { type: 'message.accepted' }]);
          },
          { timeoutMs: 30_000 },
        ),
      );
      expect(await complaintsOf(rig)).toEqual([]);
      await checkEverything(rig);
    });

    it('stops and says so where a known event cannot be folded', async () => {
      const { messageId = '' } = await rig.send('+15550100000');
      const good = await accepted(messageId);
      await append(changed(good, { id: 'evt_00000000000000000000000003', data: { parts: 'three' } }));
      await eventually(
        async () => {
          const readiness = await fetch(`${rig.process('projector').url}/readyz`);
          expect(readiness.status).toBe(503);
          expect(await readiness.text()).toMatch(/projector/);
        },
        { timeoutMs: 30_000 },
      );
    });
  },
  inQuick('kafka'),
);

describeFault(
  'F17 the same event twice in the log',
  (log) => {
    begin(log);

    it('is applied once, at once and later', async () => {
      const { messageId = '' } = await rig.send('+15550100000');
      const good = await accepted(messageId);
      await append(good);
      await append(good);
      for (let index = 0; index < 10; index += 1) await rig.send(`+155501002${String(index).padStart(2, '0')}`);
      await append(good);
      await rig.untilStatus(messageId, 'PROCESSING');
      await checkEverything(rig);
      expect(rig.carrier.calls.filter(({ reference }) => reference.startsWith(messageId))).toHaveLength(1);
    });
  },
  inQuick('embedded'),
);

async function accepted(messageId: string): Promise<LogRecord> {
  const found = (await rig.readLog('events')).find(
    ({ headers }) => headers['ce_type'] === 'message.accepted' && headers['ce_subject'] === messageId,
  );
  if (found === undefined) throw new Error('The accepted event is not in the log.');
  return found;
}

/** As another writer's that knows no checksums: with one that isn't its own a record counts as damaged. */
function unsealed({ headers, ...record }: LogRecord): LogRecord {
  const { [CHECKSUM_HEADER]: _sum, ...others } = headers;
  return { ...record, headers: others };
}

/** As a version of Parley writes it that says this. */
function changed(record: LogRecord, fields: Record<string, unknown>): LogRecord {
  const value = { ...(JSON.parse((record.value ?? Buffer.from('{}')).toString()) as object), ...fields };
  const id = (value as { id?: string }).id ?? '';
  const written = { ...record, headers: { ...record.headers, ce_id: id }, value: Buffer.from(JSON.stringify(value)) };
  return { ...written, headers: { ...written.headers, [CHECKSUM_HEADER]: checksumOf('events', written) } };
}

const append = (record: LogRecord) => rig.writeForeign('events', record);

const deadLetters = (consumer: string) =>
  withClient(rig.directUrl, async (client) => {
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::int as count from work.dead_letters where consumer = $1',
      [consumer],
    );
    return rows[0]?.count;
  });
