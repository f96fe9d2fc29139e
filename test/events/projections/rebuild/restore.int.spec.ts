import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dropExpired } from '../../../../src/events/projections/rebuild/copies.js';
import { startCopyExpiry } from '../../../../src/events/projections/rebuild/expiry.js';
import { askFor } from '../../../../src/operations/ask-for.js';
import { readModelDigests } from '../../../support/digests.js';
import { eventually } from '../../../support/eventually.js';
import { testLog } from '../../../support/log.js';
import { story } from '../story.js';
import { openRebuildRig, type RebuildRig } from './rebuild-rig.js';

let rig: RebuildRig;
beforeEach(async () => {
  rig = await openRebuildRig();
  await rig.startProjector();
  await rig.append(...story(1), ...story(2));
  await rig.caughtUp();
});
afterEach(() => rig.close());

const statuses = async () =>
  (await rig.rows<{ status: string }>('select status from read.messages order by status')).map(({ status }) => status);
/** As if the last exchange had been so many hours ago. */
const letHoursPass = (hours: number) =>
  rig.rows(
    `do $$ begin execute format('comment on schema read_previous is %L', now() - interval '${hours} hours'); end $$`,
  );
const expire = () => rig.database.transaction((tx) => dropExpired(tx));

describe('rule 15: what was served before', () => {
  it('comes back with what happened since, as it was damaged or not, and goes again', async () => {
    await rig.rows(`update read.messages set status = 'SENT' where status = 'READ'`);
    await rig.rebuild({ isAccepted: true });
    await rig.append(...story(3));
    await rig.caughtUp();
    const rebuilt = await readModelDigests(rig.url);
    expect(await statuses()).toEqual(['READ', 'READ', 'READ', 'RECEIVED', 'RECEIVED', 'RECEIVED']);
    const { servedUntil } = await rig.restore();
    expect(Date.parse(servedUntil)).toBeGreaterThan(0);
    await rig.caughtUp();
    expect(await statuses()).toEqual(['READ', 'RECEIVED', 'RECEIVED', 'RECEIVED', 'SENT', 'SENT']);
    expect(await rig.copies()).toEqual(['read', 'read_previous']);
    await rig.restore();
    await rig.caughtUp();
    expect(await readModelDigests(rig.url)).toEqual(rebuilt);
  });

  it('is refused where there is none, and where an upgrade has changed the tables since', async () => {
    await expect(rig.restore()).rejects.toThrow(/no previous read models/);
    await rig.rebuild();
    await rig.rows('create index more on read.messages (updated_at)');
    await expect(rig.restore()).rejects.toThrow(/upgrade/);
    expect(await rig.copies()).toEqual(['read', 'read_previous']);
    // And where somebody had begun with it before the upgrade, and died.
    await rig.rows('alter schema read_previous rename to read_next');
    await expect(rig.restore()).rejects.toThrow(/Use `parley rebuild`/);
  });

  it('stays the previous copy where bringing it back failed, and is found where its process died', async () => {
    await rig.rebuild();
    await rig.append(...story(3));
    await rig.caughtUp();
    await rig.rows(
      `update log.records set value = convert_to(replace(convert_from(value, 'utf8'), '"parts":1', '"parts":"many"'), 'utf8')`,
    );
    await expect(rig.restore()).rejects.toThrow(/can't be read/);
    expect(await rig.copies()).toEqual(['read', 'read_previous']);
    await rig.rows(
      `update log.records set value = convert_to(replace(convert_from(value, 'utf8'), '"parts":"many"', '"parts":1'), 'utf8')`,
    );
    await rig.rows('alter schema read_previous rename to read_next');
    await rig.restore();
    expect(await rig.copies()).toEqual(['read', 'read_previous']);
  });

  it('is kept for its day where whoever was bringing it back died, also through a rebuild that changes nothing', async () => {
    const die = () => rig.rows('alter schema read_previous rename to read_next');
    await rig.rebuild();
    await die();
    expect(await expire()).toEqual([]);
    expect(await rig.copies()).toEqual(['read', 'read_previous']);
    await die();
    await rig.rows(`update read.messages set status = 'SENT' where status = 'READ'`);
    expect(await rig.rebuild()).toMatchObject({ isExchanged: false });
    expect(await rig.copies()).toEqual(['read', 'read_previous']);
    await letHoursPass(25);
    await die();
    expect(await expire()).toEqual(['read_previous']);
    expect(await rig.copies()).toEqual(['read']);
  });

  it('is dropped after a day, by whoever looks first, and not before', async () => {
    await rig.rebuild();
    await letHoursPass(23);
    expect(await expire()).toEqual([]);
    await letHoursPass(25);
    const [one, two] = [startCopyExpiry({ ...rig, logger: testLog }), startCopyExpiry({ ...rig, logger: testLog })];
    await eventually(async () => expect(await rig.copies()).toEqual(['read']));
    await Promise.all([one.stop(), two.stop()]);
  });

  it('what a dead rebuild left is dropped, unless one is under way', async () => {
    await rig.rows('create schema read_next');
    const { operation } = await askFor(rig.database, 'rebuild', {});
    expect(await expire()).toEqual([]);
    await rig.rows(`update work.operations set state = 'failed' where id = $1`, [operation.id]);
    expect(await expire()).toEqual(['read_next']);
  });

  it('one of the two at a time: a rebuild is refused while the old ones are brought back', async () => {
    await askFor(rig.database, 'restore-read-models', {});
    await rig.rows(`update work.operations set state = 'running', lease_until = now() + interval '1 minute'`);
    await expect(rig.rebuild()).rejects.toThrow(/restore-read-models is under way/);
  });
});
