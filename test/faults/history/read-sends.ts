import { withClient } from '../../support/with-client.js';
import type { Rig } from '../rig.js';
import type { RecordedSend } from './judge-history.js';

/** As far as it is read here: the value of `message.accepted` (docs/events.md). */
interface AcceptedValue {
  readonly type: string;
  readonly messageId: string;
  readonly data: {
    readonly idempotencyKey?: string;
    readonly content: { readonly address: string; readonly message: { readonly text: string } };
  };
}

/** Every accepted message of the log, as often as it stands there; read past Parley. */
export async function readLoggedSends(rig: Pick<Rig, 'readLog'>): Promise<readonly RecordedSend[]> {
  const records = await rig.readLog('events');
  return records
    .filter(({ headers }) => headers['ce_type'] === 'message.accepted')
    .map(({ partition, offset, value }) =>
      toSend(JSON.parse(value?.toString() ?? '') as AcceptedValue, partition, offset),
    );
}

/** Every accepted message of the journal. */
export const readJournaledSends = (rig: Pick<Rig, 'directUrl'>): Promise<readonly RecordedSend[]> =>
  withClient(rig.directUrl, async (client) => {
    const { rows } = await client.query<{ partition: number; offset: string | bigint; value: AcceptedValue }>(
      `select partition, "offset", value from read.events where type = 'message.accepted' order by 1, 2`,
    );
    return rows.map(({ value, partition, offset }) => toSend(value, partition, BigInt(offset)));
  });

function toSend({ messageId, data }: AcceptedValue, partition: number, offset: bigint): RecordedSend {
  const { idempotencyKey: key, content } = data;
  return {
    ...{ name: content.message.text, to: content.address, messageId, partition, offset },
    ...(key === undefined ? {} : { key }),
  };
}
