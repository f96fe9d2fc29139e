import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { createStoryTeller } from '../../resolvers/random-thread.js';
import { readModelDigests } from '../../support/digests.js';
import { event } from '../../support/events.js';
import { announcedSeed, createSeededRandom } from '../../support/seeded-random.js';
import { openRebuildRig } from './rebuild/rebuild-rig.js';

const random = createSeededRandom(announcedSeed('Since when somebody waits'));
const EVENTS = 1_200;

it('the migration says of older conversations and of their snapshots since when they waited, as a fold does', async () => {
  const rig = await openRebuildRig();
  try {
    await rig.startProjector();
    const { next } = createStoryTeller(random);
    for (let told = 0; told < EVENTS; told += 100)
      await rig.append(...Array.from({ length: 100 }, () => event(next())));
    await rig.caughtUp();
    const waiting = () => rig.rows('select from read.conversations where waiting_since is not null');
    for (let told = 0; told < 100 && (await waiting()).length === 0; told += 1) {
      await rig.append(event(next()));
      await rig.caughtUp();
    }
    const before = await readModelDigests(rig.url);
    expect(await waiting()).not.toEqual([]);
    expect(await rig.rows('select from read.conversation_snapshots')).not.toEqual([]);
    await rig.rows(`update read.conversations set waiting_since = null`);
    await rig.rows(`update read.conversation_snapshots set state = state - 'waitingSince'`);
    await rig.rows(await backfill());
    expect(await readModelDigests(rig.url)).toEqual(before);
  } finally {
    await rig.close();
  }
});

/** The statements of the migration that fill the column, as one: their function is the session's own. */
async function backfill(): Promise<string> {
  const text = await readFile(new URL('../../../migrations/0018_finding.sql', import.meta.url), 'utf8');
  const found = text
    .split('--> statement-breakpoint')
    .filter((statement) => /waiting_since\(|"waiting_since" =/.test(statement));
  expect(found).toHaveLength(4);
  return found.join(';');
}
