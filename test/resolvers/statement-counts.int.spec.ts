import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SendMessage } from '../../src/events/commands/commands.js';
import { workspaceIds } from '../../src/events/kernel/ids.js';
import { buildParleySchema } from '../../src/schema/build-schema.js';
import { connectSandbox, openCommandBench, valueOf, type CommandBench } from '../support/command-bench.js';
import { eventually } from '../support/eventually.js';
import { openPastRig, type PastRig } from './past-rig.js';
import { nestedConnections, rootConnections, wholeQuery } from './whole-query.js';

const schema = buildParleySchema();
const THREADS = 24;
const CHANNELS = 24;
/** Workspaces, and keys and templates of one. */
const MANY = 24;
/** Of what has to be told more than the size of the page. */
const GIVEN: Readonly<Record<string, string>> = { searchMessages: ', text: "Hello"' };
/** The live feed and the projector ask now and then on the same pool: the least of some counts is the query's own. */
const ROUNDS = 4;
/** What two ways lead to is asked for once or twice, by which answer comes first. One for each item were 16 or more. */
const WAVES = 3;

let bench: CommandBench;
let rig: PastRig;
beforeAll(async () => {
  bench = await openCommandBench();
  rig = await openPastRig(bench);
  const { commands, caller } = bench;
  for (let index = 1; index < CHANNELS; index += 1) await connectSandbox(commands, caller);
  await makeWorkspacesAndWhatTheyKeep();
  const numbers = Array.from({ length: THREADS }, (_, index) => `+155501000${String(index + 10)}`);
  const write = async (messages: readonly SendMessage[]) => {
    const batch = await commands.sendMessages(caller, messages);
    return batch.ok ? batch.results.map((one) => valueOf(one).id) : expect.unreachable();
  };
  const first = await write(numbers.map((phoneNumber) => bench.text('Hello', { to: { phoneNumber } })));
  const later = new Date(Date.now() + 3_600_000).toISOString();
  await write(
    numbers.flatMap((phoneNumber, index) => [
      bench.text('Once more', { to: { phoneNumber }, replyToMessageId: first[index] }),
      bench.text('Later', { to: { phoneNumber }, scheduledAt: later }),
      bench.text('Later still', { to: { phoneNumber }, scheduledAt: later }),
    ]),
  );
  await eventually(async () => {
    const { conversations } = await rig.ask(
      '{ conversations(first: 100) { nodes { scheduledMessages { nodes { id } } } } }',
    );
    const { nodes } = conversations as { nodes: { scheduledMessages: { nodes: unknown[] } }[] };
    expect(nodes.filter(({ scheduledMessages }) => scheduledMessages.nodes.length === 2)).toHaveLength(THREADS);
  });
});
afterAll(async () => {
  await rig.stop();
  await bench.stop();
});

async function makeWorkspacesAndWhatTheyKeep(): Promise<void> {
  const { pool } = bench.database;
  const workspaceId = workspaceIds.toUuid(bench.caller.workspaceId);
  await pool.query(
    `insert into config.workspaces (id, name) select gen_random_uuid(), 'W' from generate_series(1, $1)`,
    [MANY],
  );
  await pool.query(
    `insert into config.api_keys (id, workspace_id, name, secret_hash, scopes)
     select gen_random_uuid(), $2, 'K', sha256(n::text::bytea), '{}' from generate_series(1, $1) n`,
    [MANY, workspaceId],
  );
  await pool.query(
    `with kept as (
       insert into config.templates (id, workspace_id, name, body)
       select gen_random_uuid(), $2, 'template_' || n, 'Hello {{name}}' from generate_series(1, $1) n
       returning workspace_id, id
     )
     insert into config.template_channels (workspace_id, template_id, channel_id)
     select kept.workspace_id, kept.id, channels.id from kept join config.channels using (workspace_id)`,
    [MANY, workspaceId],
  );
}

/** How many statements a query takes. */
async function countFor(query: string, variables: object): Promise<number> {
  const counts: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const spy = vi.spyOn(bench.database.pool, 'query');
    await rig.ask(query, variables);
    counts.push(spy.mock.calls.length);
    spy.mockRestore();
  }
  return Math.min(...counts);
}

describe('lists ask Postgres for what a page shows together, and not for each item', () => {
  it.each(rootConnections(schema))('%s, with all that can be reached from it', async (root) => {
    const query = wholeQuery(schema, root, GIVEN[root]);
    const { [root]: page } = await rig.ask(query, { first: 20 });
    expect((page as { nodes: unknown[] }).nodes).toHaveLength(20);
    expect(await countFor(query, { first: 20 })).toBeLessThanOrEqual((await countFor(query, { first: 4 })) + WAVES);
  });

  it.each([
    ['conversations', ', orderBy: OLDEST_ACTIVITY, filter: { text: "5550100", status: OPEN, isUnread: false }'],
    ['conversations', ', filter: { platform: WHATSAPP, status: OPEN, isAssigned: false }'],
    ['contacts', ', filter: { text: "5550100" }'],
  ])('%s%s, likewise', async (root, filter) => {
    const query = wholeQuery(schema, root, filter);
    const { [root]: page } = await rig.ask(query, { first: 20 });
    expect((page as { nodes: unknown[] }).nodes).toHaveLength(20);
    expect(await countFor(query, { first: 20 })).toBeLessThanOrEqual((await countFor(query, { first: 4 })) + WAVES);
  });

  it('answers of each what it answers of it alone, both ways and with cursors', async () => {
    const fields = `id oldest: messages(first: 1) { ...P } newest: messages(last: 1) { ...P } all: messages { ...P }
      next: scheduledMessages(first: 1) { ...P } last: scheduledMessages(last: 1) { ...P } none: messages(first: 0) { ...P }`;
    const P = `fragment P on MessageConnection { edges { cursor node { id } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;
    const listed = await rig.ask(`{ conversations(first: 50) { nodes { contact { conversations(last: 1) { nodes {
      ${fields} } } } ${fields} } } } ${P}`);
    const { nodes } = listed['conversations'] as {
      nodes: (Listed & { contact: { conversations: { nodes: Listed[] } } })[];
    };
    expect(nodes).toHaveLength(THREADS);
    for (const { contact, ...seen } of nodes) {
      expect(contact.conversations.nodes).toEqual([seen]);
      const { conversation } = await rig.ask(`query ($id: ID!) { conversation(id: $id) { ${fields} } } ${P}`, {
        id: seen.id,
      });
      expect(seen).toEqual(conversation);
      expect(seen.all.edges).toHaveLength(2);
    }
    const after = nodes[0]?.oldest.edges[0]?.cursor;
    const foreign = `query ($after: String) { conversations { nodes { messages(first: 5, after: $after) { nodes { id } } } } }`;
    await expect(rig.ask(foreign, { after })).rejects.toThrow('Not a cursor of this list');
  });

  it('reaches every list that hangs on the items of another one', () => {
    const reached = rootConnections(schema).map((root) => wholeQuery(schema, root, GIVEN[root]));
    const missed = nestedConnections(schema).filter(
      (name) => !reached.some((query) => query.includes(`${name.replace('.', '_')}: `)),
    );
    expect(missed).toEqual([]);
  });
});

interface Listed {
  readonly id: string;
  readonly oldest: { readonly edges: readonly { readonly cursor: string }[] };
  readonly all: { readonly edges: readonly unknown[] };
}
