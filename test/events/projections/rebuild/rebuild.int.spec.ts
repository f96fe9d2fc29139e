import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messageIds } from '../../../../src/events/kernel/ids.js';
import type { OperationProgress } from '../../../../src/operations/operation.js';
import { readModelDigests } from '../../../support/digests.js';
import { conversationId, event, messageId } from '../../../support/events.js';
import { eventually } from '../../../support/eventually.js';
import { story } from '../story.js';
import { openRebuildRig, type RebuildRig } from './rebuild-rig.js';

let rig: RebuildRig;
beforeEach(async () => {
  rig = await openRebuildRig();
});
afterEach(() => rig.close());

const uuidOf = (n: number) => messageIds.toUuid(messageId(n));

describe('rule 15: a rebuild', () => {
  it('makes the same read models, puts them in place, and the projector goes on into them', async () => {
    const projector = await rig.project(20);
    const before = { digests: await readModelDigests(rig.url), structure: await rig.structure('read') };
    const result = await rig.rebuild();
    expect(result).toMatchObject({ isExchanged: true, events: 180, differenceCount: 0, differences: [] });
    expect(await readModelDigests(rig.url)).toEqual(before.digests);
    expect(await rig.structure('read')).toEqual(before.structure);
    expect(await rig.copies()).toEqual(['read', 'read_previous']);
    await rig.append(...story(21));
    await rig.caughtUp();
    expect(projector.state()).toMatchObject({ isRunning: true });
    const counts = await rig.rows(
      'select (select count(*) from read.events) as now, (select count(*) from read_previous.events) as before',
    );
    expect(counts).toEqual([{ now: 189n, before: 180n }]);
  });

  it('can be done again and again: every one leaves one previous copy', async () => {
    await rig.project(3);
    const structure = await rig.structure('read');
    for (let times = 0; times < 3; times += 1) expect((await rig.rebuild()).isExchanged).toBe(true);
    expect(await rig.copies()).toEqual(['read', 'read_previous']);
    expect(await rig.structure('read')).toEqual(structure);
    expect(await rig.structure('read_previous')).toEqual(structure);
  });

  it('does it for a log in which nothing stands, and for one without a projector', async () => {
    expect(await rig.rebuild()).toMatchObject({ isExchanged: true, events: 0 });
    await rig.append(...story(1));
    // Nothing was projected, so nothing is: what is served tells up to where.
    expect(await rig.rebuild()).toMatchObject({ isExchanged: true, events: 0 });
    await rig.startProjector();
    await rig.caughtUp();
  });

  it('tells how far it is, in events of those that are served', async () => {
    await rig.project(20);
    const told: OperationProgress[] = [];
    await rig.rebuild({ report: (progress) => told.push(progress) });
    const folding = told.filter(({ step }) => step === 'Folding the log anew');
    expect(folding[0]).toMatchObject({ done: 0, total: 180 });
    expect(folding.at(-1)).toMatchObject({ done: 180, total: 180 });
    expect([...new Set(told.map(({ step }) => step))].at(-1)).toBe('Exchanging the read models');
  });

  it('names the rows that were damaged by hand, and changes nothing unless that is accepted', async () => {
    await rig.project(3);
    const truth = await readModelDigests(rig.url);
    await rig.rows(`update read.messages set status = 'SENT', failure = '{}' where id = $1`, [uuidOf(1)]);
    await rig.rows(`delete from read.timeline where message_id = $1 and status = 'READ'`, [uuidOf(2)]);
    await rig.rows(`update read.contact_addresses set address = '+15550109999' where address = '+15550100003'`);
    const damaged = await readModelDigests(rig.url);
    const { isExchanged, differences, differenceCount } = await rig.rebuild();
    expect({ isExchanged, differenceCount }).toEqual({ isExchanged: false, differenceCount: 4 });
    expect(differences).toContainEqual({
      ...{ table: 'messages', key: { id: uuidOf(1) }, kind: 'different', columns: ['status', 'failure'] },
    });
    expect(differences.map(({ table, kind }) => `${table} ${kind}`).sort()).toEqual([
      ...['contact_addresses missing', 'contact_addresses unfounded', 'messages different', 'timeline missing'],
    ]);
    expect(JSON.stringify(differences)).not.toMatch(/\+1555|hello|SENT/);
    expect(await readModelDigests(rig.url)).toEqual(damaged);
    expect(await rig.copies()).toEqual(['read']);
    expect(await rig.rebuild({ isAccepted: true })).toMatchObject({ isExchanged: true, differenceCount: 4 });
    expect(await readModelDigests(rig.url)).toEqual(truth);
  });

  it('counts all rows that differ and names the first hundred', async () => {
    await rig.project(30);
    await rig.rows('update read.events set channel_id = null');
    const { differenceCount, differences } = await rig.rebuild();
    expect(differenceCount).toBe(270);
    expect(differences).toHaveLength(100);
    expect(new Set(differences.flatMap(({ columns }) => columns))).toEqual(new Set(['channel_id']));
  });

  it('buries no record again, and passes over what is not ours', async () => {
    await rig.startProjector();
    await rig.append(...story(1));
    await rig.appendRaw(conversationId(), 'no JSON');
    await rig.append(...story(2));
    await rig.caughtUp();
    await rig.rows('delete from work.dead_letters');
    expect(await rig.rebuild()).toMatchObject({ isExchanged: true, differenceCount: 0 });
    expect(await rig.rows('select from work.dead_letters')).toEqual([]);
  });

  it('rule 14: folds what an older version did not know, and `rebuild needed` goes away without a restart', async () => {
    const projector = await rig.project(1);
    // As an older version would have left it: journaled, not folded.
    await projector.stop();
    await rig.rows(`update read.events set is_folded = false where type = 'message.read'`);
    await rig.rows(`delete from read.timeline where status = 'READ'`);
    const newer = await rig.startProjector();
    expect(newer.state().needsRebuild).toBe(true);
    expect(await rig.rebuild({ isAccepted: true })).toMatchObject({ isExchanged: true, differenceCount: 2 });
    await eventually(() => expect(newer.state().needsRebuild).toBe(false));
    expect(await rig.rows(`select from read.timeline where status = 'READ'`)).toHaveLength(1);
  });

  it('rule 14: a projector that had stopped at damaged rows begins again', async () => {
    const projector = await rig.project(1);
    await rig.rows('update read.messages set conversation_id = gen_random_uuid()');
    await rig.append(event({ type: 'message.delivered', n: 999, data: { attempt: 1, part: 0 } }));
    await eventually(() => expect(projector.state().stoppedBecause).toMatch(/rule 12/));
    expect(await rig.rebuild({ isAccepted: true })).toMatchObject({ isExchanged: true });
    await rig.caughtUp();
    // The positions come with the exchange; it hears of that a moment later.
    await eventually(() => expect(projector.state()).toEqual({ isRunning: true, needsRebuild: false, deadLetters: 0 }));
    expect(await rig.rows(`select from read.events where conversation_id is not null`)).toHaveLength(9);
  });

  it('gives the same rights to the new tables', async () => {
    await rig.rows(`do $$ begin create role parley_report; exception when duplicate_object then null; end $$`);
    await rig.rows('grant usage on schema read to parley_report');
    await rig.rows('grant select on read.messages to parley_report');
    await rig.project(1);
    await rig.rebuild();
    const [rights] = await rig.rows(`select has_schema_privilege('parley_report', 'read', 'usage') as schema,
      has_table_privilege('parley_report', 'read.messages', 'select') as messages,
      has_table_privilege('parley_report', 'read.contacts', 'select') as contacts`);
    expect(rights).toEqual({ schema: true, messages: true, contacts: false });
  });
});
