import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../src/access/caller.js';
import { seedDemo, type DemoDeps } from '../../src/demo/seed-demo.js';
import { STORIES } from '../../src/demo/stories.js';
import { openDatabase } from '../../src/database/open-database.js';
import { unreadCount } from '../../src/events/conversation/state.js';
import { systemClock } from '../../src/events/kernel/clock.js';
import { workspaceIds } from '../../src/events/kernel/ids.js';
import { createFinders } from '../../src/events/queries/create-finders.js';
import { createDispatcher } from '../../src/events/workers/dispatcher/dispatcher.js';
import { createProviderRegistry } from '../../src/providers/registry.js';
import { createSandboxAdapter } from '../../src/providers/sandbox/adapter.js';
import { openCommandBench, type CommandBench } from '../support/command-bench.js';
import { eventually } from '../support/eventually.js';
import { testLog } from '../support/log.js';

describe('seedDemo', () => {
  let bench: CommandBench;
  let caller: Caller;
  let deps: DemoDeps;
  beforeEach(async () => {
    bench = await openCommandBench();
    caller = await bench.stranger();
    deps = { ...bench, caller, clock: systemClock };
  });
  afterEach(() => bench.stop());

  const eventIds = async () =>
    (await bench.events())
      .filter(({ event }) => event.workspaceId === caller.workspaceId)
      .map(({ event }) => event.id)
      .sort();
  const inbox = async () => {
    const page = { limit: 10, direction: 'forward' } as const;
    const { edges } = await createFinders({ database: bench.database }).conversationPage(caller.workspaceId, {}, page);
    return edges.map(({ node }) => node);
  };

  it('furnishes an empty workspace with the inbox that its stories tell', async () => {
    await seedDemo(deps);
    const conversations = await eventually(async () => {
      const found = await inbox();
      expect(found.filter(({ lastMessageId }) => lastMessageId !== null)).toHaveLength(STORIES.length);
      return found;
    });
    expect(conversations.map((one) => [one.address, unreadCount(one)])).toEqual([
      ['+15550100001', 1],
      ['+15550100003', 0],
      ['+15550100000', 0],
    ]);
    expect(conversations.every(({ lastActivityAt }) => new Date(lastActivityAt) < new Date())).toBe(true);
  });

  it('adds nothing when it is repeated', async () => {
    await seedDemo(deps);
    const before = await eventIds();
    await seedDemo(deps);
    expect(await eventIds()).toEqual(before);
  });

  it('makes one channel and one set of threads also when several processes start at once', async () => {
    const processes = Array.from({ length: 3 }, () => ({
      ...deps,
      database: openDatabase(bench.databaseUrl, testLog),
    }));
    await Promise.all(processes.map(seedDemo));
    const channels = await bench.database.orm.execute(
      sql`select 1 from config.channels where workspace_id = ${workspaceIds.toUuid(caller.workspaceId)}::uuid`,
    );
    expect(channels.rows).toHaveLength(1);
    const ids = await eventIds();
    expect(new Set(ids).size).toBe(ids.length);
    await Promise.all(processes.map(({ database }) => database.close()));
  });

  it('completes what an earlier start was interrupted in, after the channel and between two stories', async () => {
    // One holds the lock, the next one makes the channel, and then comes the first story.
    let transactionsLeft = 2;
    const interrupted: DemoDeps = {
      ...deps,
      database: {
        ...bench.database,
        transaction: (work, options) => {
          if (transactionsLeft === 0) throw new Error('killed');
          transactionsLeft -= 1;
          return bench.database.transaction(work, options);
        },
      },
    };
    await expect(seedDemo(interrupted)).rejects.toThrow('killed');
    await seedDemo(deps);
    const threads = await bench.database.orm.execute(
      sql`select 1 from work.addresses join config.channels on channels.id = addresses.channel_id where name = 'Sandbox'`,
    );
    expect(threads.rows).toHaveLength(STORIES.length);
    const ids = await eventIds();
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('leaves a workspace alone that was furnished by somebody else', async () => {
    const own = await bench.commands.createChannel(caller, {
      ...{ name: 'Ours', provider: 'SANDBOX', platform: 'WHATSAPP', settings: {} },
    });
    expect(own.ok).toBe(true);
    const before = await eventIds();
    await seedDemo(deps);
    expect(await eventIds()).toEqual(before);
  });

  it('sends nothing, also when the dispatcher reads along (rule 16)', async () => {
    let calls = 0;
    const carrier = createServer((_request, response) => {
      calls += 1;
      response.end();
    });
    await new Promise<void>((resolve) => carrier.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(carrier.address() as AddressInfo).port}`;
    const adapter = createSandboxAdapter({ defaultBaseUrl: () => baseUrl, newSecret: randomUUID });
    const dispatcher = await createDispatcher({
      ...bench,
      providers: createProviderRegistry([adapter]),
      publicUrl: () => 'http://127.0.0.1:1',
      clock: systemClock,
      newLeaseToken: randomUUID,
      logger: testLog,
    });
    try {
      await seedDemo(deps);
      const heads = await bench.log.heads('events');
      await eventually(async () => {
        const read = await bench.database.orm.execute<{ next_offset: bigint }>(
          sql`select next_offset from work.positions where consumer = 'dispatcher' order by partition`,
        );
        expect(read.rows.map((row) => row.next_offset)).toEqual(heads.filter((head) => head > 0n));
      });
      const states = await bench.database.orm.execute<{ state: string }>(sql`select state from work.dispatches`);
      expect(states.rows.map(({ state }) => state)).toEqual(Array.from({ length: 4 }, () => 'settled'));
      expect((await bench.database.orm.execute(sql`select 1 from work.lanes`)).rows).toEqual([]);
      expect(calls).toBe(0);
    } finally {
      await dispatcher.stop();
      carrier.close();
    }
  });
});
