import { expect, it } from 'vitest';
import type { Database } from '../../../../src/database/database.js';
import { createIdentity } from '../../../../src/events/event-identity.js';
import { createIdDeriver } from '../../../../src/events/kernel/derive-id.js';
import { findDueChannels } from '../../../../src/events/workers/dispatcher/claim.js';
import { createPromoter } from '../../../../src/events/workers/dispatcher/promote.js';
import { createExplainingDatabase, type StatementCost } from '../../../support/explaining-database.js';
import { openClaimBench, type ClaimBench } from './claim-bench.js';

const FEW = 4_000;
const MANY = 200_000;
const rate = { perSecond: 1_000, burst: 1_000 };
const identity = createIdentity(createIdDeriver(Buffer.alloc(32, 9)));

type Costs = Readonly<Record<string, readonly StatementCost[]>>;

/** A quarter of so many messages each: in one lane, in many lanes, behind heads that wait for an hour, scheduled. */
async function fillAll(bench: ClaimBench, messages: number): Promise<void> {
  // What the planner knows: a table in which nothing waits.
  await bench.fill({ messages: messages / 4, lanes: 100, channel: 9, state: 'settled' });
  await bench.direct.query('vacuum (analyze) work.dispatches, work.lanes');
  const quarter = messages / 4;
  await bench.fill({ messages: quarter, lanes: 1, channel: 1 });
  await bench.fill({ messages: quarter, lanes: quarter / 10, channel: 2 });
  await bench.fill({ messages: quarter, lanes: quarter, dueLanes: 8, channel: 3 });
  await bench.fill({ messages: quarter, lanes: quarter, dueLanes: 8, channel: 4, state: 'scheduled' });
}

async function measure(bench: ClaimBench, plain: Database): Promise<Costs> {
  const { database, take } = createExplainingDatabase(plain);
  const cost = async (work: () => Promise<unknown>) => {
    await work();
    return take();
  };
  const claim = (channel: number) => async () => {
    await bench.openBucket(plain, rate, channel);
    expect((await bench.claim(database, rate, { atMost: 16, channel })).length).toBeGreaterThan(0);
  };
  const promote = createPromoter({ database, log: { partitionOf: () => 0 }, identity, pollMs: 1_000 });
  return {
    'finding the channels that are due': await cost(() => findDueChannels(database.orm)),
    'claiming from one lane': await cost(claim(1)),
    'claiming from many lanes': await cost(claim(2)),
    'claiming behind throttled heads': await cost(claim(3)),
    'letting scheduled messages join': await cost(promote),
  };
}

const giveBackAll = (bench: ClaimBench) =>
  bench.direct.query(`with back as (
      update work.dispatches set state = 'waiting', lease_token = null, lease_until = null
      where state = 'claimed' returning conversation_id
    ) update work.lanes set run_at = now() - interval '1 second' where conversation_id in (select * from back)`);

const sum = (costs: readonly StatementCost[] | undefined) =>
  (costs ?? []).reduce((total, { buffers }) => total + buffers, 0);

/** Costs with so many messages, by old statistics and by new ones. */
async function measureWith(messages: number): Promise<readonly [stale: Costs, fresh: Costs]> {
  const bench = await openClaimBench();
  try {
    const plain = bench.openDatabase();
    await fillAll(bench, messages);
    const stale = await measure(bench, plain);
    await giveBackAll(bench);
    await bench.direct.query('vacuum (analyze) work.dispatches, work.lanes');
    return [stale, await measure(bench, plain)];
  } finally {
    await bench.close();
  }
}

it('rule 18: what a claim costs does not grow with what waits, whatever the statistics say', async () => {
  const few = await measureWith(FEW);
  const many = await measureWith(MANY);
  // Measured: 1.3 to 1.55 times, for the indexes are a level or two deeper; what isn't bounded is 10 to 1,000 times.
  few.forEach((costs, index) => {
    for (const [work, statements] of Object.entries(costs)) {
      const atMost = 1.5 * sum(statements) + 64;
      expect(sum(many[index]?.[work]), `${work}, by ${index === 0 ? 'old' : 'new'} statistics`).toBeLessThan(atMost);
    }
  });
}, 60_000);
