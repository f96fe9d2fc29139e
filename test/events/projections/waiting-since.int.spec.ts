import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { ParleyEvent } from '../../../src/events/catalog.js';
import { createStoryTeller } from '../../resolvers/random-thread.js';
import { readModelDigests } from '../../support/digests.js';
import { acceptedData, at, event, receivedData } from '../../support/events.js';
import { announcedSeed, createSeededRandom } from '../../support/seeded-random.js';
import { openRebuildRig } from './rebuild/rebuild-rig.js';

const random = createSeededRandom(announcedSeed('Since when somebody waits'));
const EVENTS = 1_200;

it('the migration says of older conversations and of their snapshots since when they waited, as a fold does', async () => {
  const rig = await openRebuildRig();
  try {
    await rig.startProjector();
    await rig.append(...calledBeforeScheduled());
    const { next } = createStoryTeller(random);
    for (let told = 0; told < EVENTS; told += 100)
      await rig.append(...Array.from({ length: 100 }, () => event(next())));
    await rig.caughtUp();
    const before = await readModelDigests(rig.url);
    expect(await rig.rows('select from read.conversations where waiting_since is not null')).not.toEqual([]);
    expect(await rig.rows('select from read.conversation_snapshots')).not.toEqual([]);
    await rig.rows(`update read.conversations set waiting_since = null`);
    await rig.rows(`update read.conversation_snapshots set state = state - 'waitingSince'`);
    await rig.rows(await backfill());
    expect(await readModelDigests(rig.url)).toEqual(before);
  } finally {
    await rig.close();
  }
});

/** A message of ours that joins its conversation's messages later than where it stands among them; then somebody waits. */
function calledBeforeScheduled(): ParleyEvent[] {
  const n = 900_000;
  const of = { thread: n, message: n };
  const received = (nth: number) =>
    event({ type: 'message.received', n: nth, thread: n, message: nth, data: receivedData(`in-${nth}`) });
  const scheduledAt = at(n);
  return [
    received(n + 1),
    event({ type: 'message.dispatched', n: n + 2, ...of, data: { attempt: 1, part: 0, call: 1 } }),
    received(n + 3),
    event({ type: 'message.scheduled', n: n + 4, ...of, data: { ...acceptedData(), scheduledAt } }),
    received(n + 5),
  ];
}

/** The statements of the migration that fill the column, as one: their function is the session's own. */
async function backfill(): Promise<string> {
  const text = await readFile(new URL('../../../migrations/0018_finding.sql', import.meta.url), 'utf8');
  const found = text
    .split('--> statement-breakpoint')
    .filter((statement) => /waiting_since\(|"waiting_since" =/.test(statement));
  expect(found).toHaveLength(4);
  return found.join(';');
}
