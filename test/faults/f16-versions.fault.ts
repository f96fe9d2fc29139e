import { expect, it } from 'vitest';
import { CHECKSUM_HEADER, checksumOf } from '../../src/events/log/checksums.js';
import type { LogRecord } from '../../src/events/log/event-log.js';
import { eventually } from '../support/eventually.js';
import { withClient } from '../support/with-client.js';
import { checkEverything, untilLagIsZero } from './checks.js';
import { describeFault } from './describe-fault.js';
import { firstCall, postMessage } from './posts.js';
import { TRUNCATE } from './rebuild.js';
import { rigPerTest } from './rig-per-test.js';
import { casesOf, complaintsOf, type LogKind, type Rig } from './rig.js';

// A newer version of Parley writes version 2 of an event, and then the older one runs again: it journals what it doesn't
// know, folds the rest, and is ready. The newer one says that a rebuild is needed, and its rebuild folds both: version 1
// is brought up to 2 on reading, and gives the same rows as before. (Both in one process: test/events/upcast.spec.ts.)

const LOGS: readonly LogKind[] = casesOf(['embedded', 'kafka'], ['embedded']);
const NEWER = { program: 'newer-version' };

let rig: Rig;

describeFault(
  'F16 events of version 1 read by version 2, and of version 2 by version 1',
  (log) => {
    rigPerTest({ log }, (opened) => (rig = opened));

    it('goes on, says what is needed, and loses nothing of either', async () => {
      const call = await firstCall(rig);
      expect((await postMessage(rig, call, 'in-1')).status).toBe(200);
      const first = await eventually(() => received());
      await rig.writeForeign('events', ofVersion2(first));
      await eventually(async () => expect(await unfolded()).toEqual(['message.received']));
      expect(await complaintsOf(rig)).toEqual([]);
      await checkEverything(rig);
      const before = await messages();

      await rig.startMissing('all', { ...NEWER, untilReady: false });
      await eventually(async () => expect((await complaintsOf(rig)).join()).toMatch(/projector: .*rebuild needed/));
      await rig.kill('all', 'SIGTERM');
      await withClient(rig.directUrl, (client) => client.query(TRUNCATE));
      await rig.startMissing('all', NEWER);
      await untilLagIsZero(rig);
      expect(await complaintsOf(rig)).toEqual([]);
      expect(await unfolded()).toEqual([]);
      const after = await messages();
      expect(after).toHaveLength(before.length + 1);
      expect(after).toEqual(expect.arrayContaining([...before]));
    });
  },
  LOGS,
);

async function received(): Promise<LogRecord> {
  const found = (await rig.readLog('events')).find(({ headers }) => headers['ce_type'] === 'message.received');
  if (found === undefined) throw new Error('The incoming message is not in the log.');
  return found;
}

/** Another message of the same contact, as the newer version writes it. */
function ofVersion2({ value, headers, ...record }: LogRecord): LogRecord {
  const first = JSON.parse(String(value)) as { data: object };
  const ids = { id: 'evt_00000000000000000000000016', messageId: 'msg_00000000000000000000000016' };
  const second = { ...first, ...ids, version: 2, data: { ...first.data, providerMessageId: 'in-2', language: 'de' } };
  const written = { ...record, headers: { ...headers, ce_id: ids.id }, value: Buffer.from(JSON.stringify(second)) };
  return { ...written, headers: { ...written.headers, [CHECKSUM_HEADER]: checksumOf('events', written) } };
}

const rows = <Row extends object>(statement: string) =>
  withClient(rig.directUrl, async (client) => (await client.query<Row>(statement)).rows);

const unfolded = async () =>
  (await rows<{ type: string }>('select type from read.events where not is_folded')).map(({ type }) => type);

const messages = () => rows('select to_jsonb(m) as message from read.messages m order by id');
