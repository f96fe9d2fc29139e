import { afterEach, beforeEach, expect, it } from 'vitest';
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

it('gives up when nothing comes for long, though the stored positions are read again and again meanwhile', async () => {
  await rig.project(1);
  await rig.database.transaction((tx) => createNext(tx));
  const { signal } = new AbortController();
  const deps = { ...rig, clock: systemClock, copy: NEXT_COPY, signal };
  const follower = await startFollower({ ...deps, standsStillMs: LOOK_BACK_EVERY_MS * 1.5 });
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
