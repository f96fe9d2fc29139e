import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ParleyEvent } from '../../../src/events/catalog.js';
import type { ContactStanding } from '../../../src/events/commands/commands.js';
import { createFinders } from '../../../src/events/queries/create-finders.js';
import { contactIds, type ContactId } from '../../../src/events/kernel/ids.js';
import { codesOf, openCommandBench, valueOf, type CommandBench } from '../../support/command-bench.js';
import { readModelDigests } from '../../support/digests.js';
import { announcedSeed, createSeededRandom } from '../../support/seeded-random.js';
import { openRebuildRig, type RebuildRig } from '../projections/rebuild/rebuild-rig.js';

const random = createSeededRandom(announcedSeed('Merged contacts'));
const PEOPLE = 8;
const ROUNDS = 12;
/** Said at the same time. */
const TOGETHER = 5;

let bench: CommandBench;
let rig: RebuildRig;
beforeAll(async () => {
  bench = await openCommandBench();
  rig = await openRebuildRig();
});
afterAll(async () => {
  await bench.stop();
  await rig.close();
});

const phoneOf = (n: number) => `+155503000${String(n).padStart(2, '0')}`;
const send = (n: number) =>
  bench.commands.sendMessage(bench.caller, bench.text('hi', { to: { phoneNumber: phoneOf(n) } }));

interface StandingRow {
  readonly id: string;
  readonly survivor: string | null;
  readonly blocked: boolean;
  readonly out: boolean;
}
const rowsOf = async (): Promise<readonly StandingRow[]> => {
  const found = await bench.database.pool.query<StandingRow>(
    `select contact_id as id, survivor_id as survivor, is_blocked as blocked, is_opted_out as out
     from work.contact_standings order by 1`,
  );
  return found.rows;
};

const WORDS: readonly [ContactStanding, ...ContactStanding[]] = ['block', 'unblock', 'optOut', 'optIn'];

function saySomething(people: readonly [ContactId, ...ContactId[]]): Promise<unknown> {
  const one = random.pick(people);
  if (random.next() < 0.3)
    return bench.commands.mergeContacts(bench.caller, { fromContactId: one, intoContactId: random.pick(people) });
  if (random.next() < 0.3) {
    const attributes = { [random.pick(['a', 'b', 'c'])]: random.pick([1, 2, null]) };
    return bench.commands.setContactAttributes(bench.caller, { contactId: one, attributes });
  }
  return bench.commands.setContactStanding(bench.caller, { contactId: one, standing: random.pick(WORDS) });
}

it('whatever is said and merged at once: nobody is written to whom one of them bars, and every replay shows the same', async () => {
  const ids: ContactId[] = [];
  for (let n = 0; n < PEOPLE; n += 1) ids.push(valueOf(await send(n)).contactId ?? expect.unreachable());
  const [first, ...others] = ids;
  if (first === undefined) return expect.unreachable();
  for (let round = 0; round < ROUNDS; round += 1) {
    await Promise.all(Array.from({ length: TOGETHER }, () => saySomething([first, ...others])));
    const rows = await rowsOf();
    const shownOf = (id: string) => rows.find((row) => row.id === id)?.survivor ?? id;
    // No circle, and no way of two steps.
    for (const { id } of rows) expect(shownOf(shownOf(id))).toBe(shownOf(id));
    for (const [n, id] of ids.entries()) {
      const asOne = rows.filter((row) => shownOf(row.id) === shownOf(contactIds.toUuid(id)));
      const expected = asOne.some(({ out }) => out)
        ? ['RECIPIENT_OPTED_OUT to.phoneNumber']
        : asOne.some(({ blocked }) => blocked)
          ? ['RECIPIENT_BLOCKED to.phoneNumber']
          : [];
      expect(codesOf(await send(n))).toEqual(expected);
    }
  }
  await bench.settled();
  const projected = await bench.database.pool.query<StandingRow>(
    `select c.id, merged_into as survivor, blocked_at is not null as blocked, opted_out_at is not null as out
     from read.contacts c join work.contact_standings s on s.contact_id = c.id order by 1`,
  );
  // Rule 3: rows and events agree.
  expect(projected.rows).toEqual(await rowsOf());
  const shown = await createFinders(bench).contacts(bench.caller.workspaceId, ids);
  for (const [n, contact] of shown.entries())
    expect(contact?.addresses.map(({ address }) => address)).toContain(phoneOf(n));
  await expectTheSameOfAnyReplay();
});

/** Each key in its own order, in another one between them; and a rebuild. */
async function expectTheSameOfAnyReplay(): Promise<void> {
  const said = (await bench.events()).map(({ event }) => event as ParleyEvent);
  const ofContacts = said.filter(({ type }) => type.startsWith('contact.'));
  const queues = [...new Set(ofContacts.map(({ contactId }) => contactId))].map((id) =>
    ofContacts.filter(({ contactId }) => contactId === id),
  );
  await rig.startProjector();
  for (let left = queues.filter((queue) => queue.length > 0); left.length > 0;) {
    const [queue] = random.shuffle(left);
    await rig.append(...(queue?.splice(0, random.between(1, 3)) ?? []));
    left = queues.filter((one) => one.length > 0);
  }
  await rig.caughtUp();
  const before = await readModelDigests(rig.url);
  expect(before['contacts']).toBe((await readModelDigests(bench.databaseUrl))['contacts']);
  expect(await rig.rebuild()).toMatchObject({ isExchanged: true, differenceCount: 0 });
  expect(await readModelDigests(rig.url)).toEqual(before);
}
