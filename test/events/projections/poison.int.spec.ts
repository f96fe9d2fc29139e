import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toRecord } from '../../../src/events/codec.js';
import type { ParleyEvent } from '../../../src/events/catalog.js';
import { acceptedData, conversationId, event } from '../../support/events.js';
import { eventually } from '../../support/eventually.js';
import { openProjectorRig, type ProjectorRig } from './projector-rig.js';

const place = { attempt: 1, part: 0 };
const json = (one: ParleyEvent | Record<string, unknown>) => JSON.stringify(one);
const accepted = (n: number, thread = 1) =>
  event({ type: 'message.accepted', n, message: n, thread, data: acceptedData() });

/** Whatever lies in the topic: F15 as rule 14 says. */
describe('poison in the topic', () => {
  let rig: ProjectorRig;
  beforeEach(async () => {
    rig = await openProjectorRig();
  });
  afterEach(() => rig.close());

  const journaled = () => rig.rows<{ type: string; is_folded: boolean }>('select type, is_folded from read.events');

  it('rule 14: what is not ours becomes a dead letter with its position, is counted, and the rest goes on', async () => {
    const key = conversationId();
    await rig.appendRaw(key, 'no JSON');
    await rig.appendRaw(key, '{"some":"thing"}');
    await rig.appendRaw(key, null);
    await rig.appendRaw('another key', json(accepted(1)));
    await rig.appendRaw(key, `"${'x'.repeat(2_000_000)}"`);
    await rig.append(accepted(2));
    const projector = await rig.startProjector();
    await rig.caughtUp();
    const dead = await rig.rows<{ reason: string; partition: number; offset: bigint }>(
      `select reason, partition, "offset" from work.dead_letters where consumer = 'projector' order by reason`,
    );
    expect(dead.map(({ reason }) => reason)).toEqual([
      ...['no event envelope', 'no event envelope', 'not JSON', 'null value', 'wrong key'],
    ]);
    expect(projector.state()).toEqual({ isRunning: true, needsRebuild: false, deadLetters: 5 });
    expect(await journaled()).toEqual([{ type: 'message.accepted', is_folded: true }]);
  });

  it('rule 14: an unknown type or version is journaled, not folded, and remembered for a newer version', async () => {
    const projector = await rig.startProjector();
    await rig.appendRaw(conversationId(), json({ ...accepted(1), type: 'message.sung' }));
    await rig.appendRaw(conversationId(), json({ ...accepted(2), version: 2 }));
    await rig.caughtUp();
    expect(await journaled()).toEqual([
      { type: 'message.sung', is_folded: false },
      { type: 'message.accepted', is_folded: false },
    ]);
    expect(await rig.rows('select * from read.messages')).toEqual([]);
    expect(projector.state().needsRebuild).toBe(false);
    await projector.stop();
    // As if this version knew what an older one didn't.
    await rig.rows(`update read.events set type = 'message.sent' where type = 'message.sung'`);
    expect((await rig.startProjector()).state().needsRebuild).toBe(true);
  });

  it.each([
    ['its data cannot be read', () => ({ ...accepted(2), data: { parts: 'many' } })],
    ['the fold throws', () => event({ type: 'message.sent', n: 2, data: { attempt: 1, part: 1e9 } })],
  ])('rule 14: stops before an event of ours when %s, says so, and stays there', async (_what, poison) => {
    const projector = await rig.startProjector();
    await rig.append(accepted(1));
    await rig.appendRaw(conversationId(), json(poison()));
    await rig.append(accepted(3));
    await eventually(() => expect(projector.state().isRunning).toBe(false));
    expect(projector.state().stoppedBecause).toMatch(/offset 1: message\.(accepted|sent) can't be/);
    expect(await journaled()).toEqual([{ type: 'message.accepted', is_folded: true }]);
    const again = await rig.startProjector();
    await eventually(() => expect(again.state().stoppedBecause).toBe(projector.state().stoppedBecause));
    expect(await journaled()).toHaveLength(1);
  });

  it('rule 14: two that cannot be folded in one batch stop it at the first', async () => {
    const broken = { ...accepted(3), data: {} };
    const throwing = event({ type: 'message.sent', n: 2, data: { attempt: 1, part: 1e9 } });
    await Promise.all([
      rig.append(accepted(1)),
      rig.appendRaw(conversationId(), json(throwing)),
      rig.appendRaw(conversationId(), json(broken)),
    ]);
    const projector = await rig.startProjector();
    await eventually(() => expect(projector.state().stoppedBecause).toMatch(/offset 1:/));
    expect(await journaled()).toHaveLength(1);
  });

  it('rule 14: stops and says so when Postgres refuses the data, instead of trying for ever', async () => {
    const projector = await rig.startProjector();
    const tooMany = toRecord(
      event({ type: 'conversation.read', n: 1, data: { upToMessageId: 'x', incomingCount: 2 ** 40 } }),
      'f',
    );
    await rig.log.append('events', tooMany);
    await eventually(() => expect(projector.state().stoppedBecause).toMatch(/SQLSTATE 22003/));
  });

  it('rule 12: an event keyed by another conversation than its message is never folded into it', async () => {
    const projector = await rig.startProjector();
    await rig.append(accepted(1));
    await rig.caughtUp();
    await rig.append(event({ type: 'message.sent', n: 2, message: 1, thread: 2, data: place }));
    await eventually(() => expect(projector.state().stoppedBecause).toMatch(/rule 12/));
  });
});
