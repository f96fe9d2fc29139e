import { afterEach, beforeEach, expect, it } from 'vitest';
import { isDatabaseAway } from '../../../../src/database/errors.js';
import { systemClock } from '../../../../src/events/kernel/clock.js';
import { LogUnavailableError } from '../../../../src/events/log/event-log.js';
import { LOOK_BACK_EVERY_MS } from '../../../../src/events/log/start-positions.js';
import { createNext } from '../../../../src/events/projections/rebuild/copies.js';
import { NEXT_COPY } from '../../../../src/events/projections/rebuild/copy-work.js';
import { startFollower } from '../../../../src/events/projections/rebuild/follower.js';
import { openRebuildRig, type RebuildRig } from './rebuild-rig.js';

let rig: RebuildRig;
beforeEach(async () => {
  rig = await openRebuildRig();
});
afterEach(() => rig.close());

const follow = (standsStillMs: number) => {
  const { signal } = new AbortController();
  return startFollower({ ...rig, clock: systemClock, copy: NEXT_COPY, signal, standsStillMs });
};

it('gives up when nothing comes for long, though the stored positions are read again and again meanwhile', async () => {
  await rig.project(1);
  await rig.database.transaction((tx) => createNext(tx));
  const follower = await follow(LOOK_BACK_EVERY_MS * 1.5);
  try {
    follower.allowAll();
    const heads = await rig.log.heads('events');
    expect(await follower.reaches(heads)).toBe(true);
    const beyond = heads.map((head) => head + 1n);
    expect(await follower.reaches(beyond, 100)).toBe(false);
    await expect(follower.reaches(beyond)).rejects.toThrow(LogUnavailableError);
  } finally {
    await follower.stop();
  }
});

it('says what Postgres refuses, where that is why nothing is folded', async () => {
  await rig.project(1);
  await rig.database.transaction((tx) => createNext(tx));
  await rig.rows(`create function read_next.refuse() returns trigger language plpgsql
    as $$ begin raise exception using errcode = 'disk_full'; end $$`);
  await rig.rows(
    `create trigger refuse before insert on read_next.messages for each row execute function read_next.refuse()`,
  );
  const follower = await follow(2_000);
  try {
    follower.allowAll();
    const refused = follower.reaches(await rig.log.heads('events'));
    await expect(refused).rejects.toThrow('SQLSTATE 53100');
    // So that it is begun anew.
    await expect(refused).rejects.toSatisfy(isDatabaseAway);
  } finally {
    await follower.stop();
  }
});
