import { afterEach, beforeEach, expect, it } from 'vitest';
import { toRecord } from '../../../src/events/codec.js';
import { channelId, conversationId, event, acceptedData, messageId } from '../../support/events.js';
import { eventually } from '../../support/eventually.js';
import { incoming, openInboundRig, type InboundRig } from '../../support/inbound-rig.js';

let rig: InboundRig;
beforeEach(async () => {
  rig = await openInboundRig();
});
afterEach(() => rig.close());

const letters = async () =>
  (await rig.direct.query<{ consumer: string; reason: string }>('select consumer, reason from work.dead_letters')).rows;
const bury = (consumer: string, topic: string, { partition, offset }: { partition: number; offset: bigint }) =>
  rig.direct.query(
    `insert into work.dead_letters (consumer, topic, partition, "offset", reason, recorded_at)
     values ($1, $2, $3, $4, 'as it was then', '2026-01-01')`,
    [consumer, topic, partition, offset],
  );
const accepted = event({ type: 'message.accepted', n: 1, data: acceptedData() });
const append = (value: Buffer, key: string = conversationId()) =>
  rig.log.append('events', { ...toRecord(accepted, rig.identity.fingerprint), key, value });
const appendEvent = () => rig.log.append('events', toRecord(accepted, rig.identity.fingerprint));
const none = { taken: 0, refused: 0, rebuildNeeded: 0, gone: 0, forgotten: 0 };

it('gives a webhook to the interpreter, which says by now what it says', async () => {
  await rig.post(incoming('in-1', 'hello'));
  const lies = await rig.direct.query<{ partition: number; offset: bigint }>(
    `select partition, "offset" from log.records where topic = 'webhooks'`,
  );
  const [place] = lies.rows;
  if (place === undefined) throw new Error('The webhook is in the log.');
  await bury('interpreter', 'webhooks', place);
  expect(await rig.redrive()).toEqual({ ...none, taken: 1, stayed: [] });
  await eventually(() => expect(rig.events('message.received')).toHaveLength(1));
  expect(await letters()).toEqual([]);
});

it('gives an event to the intake, which then has something to send', async () => {
  await bury('dispatcher', 'events', await appendEvent());
  expect(await rig.redrive({ consumer: 'dispatcher' })).toEqual({ ...none, taken: 1, stayed: [] });
  expect(await rig.dispatchState(messageId())).toBe('waiting');
  expect(await letters()).toEqual([]);
});

it('leaves what only a rebuild folds to a rebuild, and drops it when the journal has it', async () => {
  await bury('projector', 'events', await appendEvent());
  expect(await rig.redrive()).toMatchObject({ ...none, rebuildNeeded: 1, stayed: [{ outcome: 'rebuildNeeded' }] });
  expect(await letters()).toMatchObject([
    { consumer: 'projector', reason: expect.stringMatching(/rebuild/) as string },
  ]);
  await rig.project();
  await eventually(async () => expect(await rig.redrive()).toMatchObject({ ...none, taken: 1 }));
  expect(await letters()).toEqual([]);
});

it.each(['projector', 'dispatcher'])(
  'what is still none of ours stays with the %s, with the reason of now',
  async (consumer) => {
    await bury(consumer, 'events', await append(Buffer.from('no JSON')));
    expect(await rig.redrive()).toMatchObject({ ...none, refused: 1, stayed: [{ consumer, reason: 'not JSON' }] });
    const kept = await rig.direct.query<{ reason: string; age: number }>(
      'select reason, extract(epoch from now() - recorded_at)::int as age from work.dead_letters',
    );
    expect(kept.rows).toEqual([{ reason: 'not JSON', age: expect.closeTo(0, -3) as number }]);
  },
);

it('says which record is gone, and forgets it when it is told to', async () => {
  const erased = await append(Buffer.from('no JSON'));
  await bury('interpreter', 'webhooks', { partition: 0, offset: 999n });
  await rig.direct.query(`update log.records set value = null where topic = 'events' and partition = $1`, [
    erased.partition,
  ]);
  await bury('projector', 'events', erased);
  expect(await rig.redrive()).toMatchObject({ ...none, gone: 2 });
  expect(await letters()).toHaveLength(2);
  expect(await rig.redrive({ isForgetting: true, topic: 'webhooks' })).toMatchObject({ ...none, forgotten: 1 });
  expect(await letters()).toMatchObject([{ consumer: 'projector' }]);
});

it('two at once take each of them once', async () => {
  await bury('dispatcher', 'events', await appendEvent());
  const both = await Promise.all([rig.redrive(), rig.redrive()]);
  expect(both.map((one) => one['refused'])).toEqual([0, 0]);
  expect(await letters()).toEqual([]);
  expect((await rig.direct.query('select from work.dispatches')).rowCount).toBe(1);
});

it('comes to its own letters behind however many of a newer version', async () => {
  for (let offset = 0n; offset < 120n; offset += 1n) await bury('a newer one', 'events', { partition: 0, offset });
  await bury('dispatcher', 'events', await appendEvent());
  expect(await rig.redrive()).toEqual({ ...none, taken: 1, stayed: [] });
  expect(await letters()).toHaveLength(120);
});

it('takes one by its place, and leaves the others', async () => {
  const [first, second] = [await append(Buffer.from('one')), await append(Buffer.from('two'), channelId())];
  await bury('projector', 'events', first);
  await bury('projector', 'events', second);
  const { partition, offset } = second;
  expect(await rig.redrive({ partition, offset: offset.toString() })).toMatchObject({ ...none, refused: 1 });
  expect((await letters()).map(({ reason }) => reason).sort()).toEqual(['as it was then', 'not JSON']);
});
