import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCommandBench, valueOf, type CommandBench } from '../support/command-bench.js';
import { eventually } from '../support/eventually.js';
import { openPastRig, type PastRig } from './past-rig.js';

/** F37: whoever pages sees each once, both ways, while messages go on coming. Foreign and forged cursors: the sweeps. */
const BEFORE = 30;
const MEANWHILE = 60;
const THREADS = 20;

let bench: CommandBench;
let rig: PastRig;
beforeAll(async () => {
  bench = await openCommandBench();
  rig = await openPastRig(bench);
});
afterAll(async () => {
  await rig.stop();
  await bench.stop();
});

interface Listed {
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}
const PAGE = 'nodes { id } pageInfo { hasNextPage startCursor endCursor }';
const idsOf = ({ nodes }: Listed): string[] => nodes.map(({ id }) => id);

async function write(phoneNumber: string): Promise<{ id: string; conversationId: string }> {
  const message = valueOf(await bench.commands.sendMessage(bench.caller, bench.text('Hello', { to: { phoneNumber } })));
  return { id: message.id, conversationId: message.conversationId };
}

async function messages(id: string, args: string): Promise<Listed> {
  const { conversation } = await rig.ask(
    `query ($id: ID!) { conversation(id: $id) { messages(${args}) { ${PAGE} } } }`,
    { id },
  );
  return (conversation as { messages: Listed }).messages;
}

describe('F37: paging while messages arrive', () => {
  it('the messages of a conversation: forward into what arrives, backward away from it', async () => {
    const number = '+15550109000';
    const written: string[] = [];
    const first = await write(number);
    written.push(first.id);
    while (written.length < BEFORE) written.push((await write(number)).id);
    const id = first.conversationId;
    await eventually(async () => expect(idsOf(await messages(id, 'last: 100'))).toEqual(written));

    const arriving = (async () => {
      for (let count = 0; count < MEANWHILE; count += 1) written.push((await write(number)).id);
    })();
    const backward = readBackward(id);
    const forward: string[] = [];
    let cursor: string | null = null;
    await eventually(
      async () => {
        const page = await messages(id, cursor === null ? 'first: 4' : `first: 4, after: "${cursor}"`);
        forward.push(...idsOf(page));
        cursor = page.pageInfo.endCursor ?? cursor;
        expect(forward.length).toBe(BEFORE + MEANWHILE);
      },
      { timeoutMs: 25_000, everyMs: 1 },
    );
    await arriving;
    expect(forward).toEqual(written);
    const seen = await backward;
    expect(seen).toEqual(written.slice(0, seen.length));
    expect(seen.length).toBeGreaterThanOrEqual(BEFORE);
  });

  async function readBackward(id: string): Promise<string[]> {
    const seen: string[] = [];
    for (let before = ''; ;) {
      const page = await messages(id, `last: 4${before}`);
      if (page.nodes.length === 0) return seen;
      seen.unshift(...idsOf(page));
      before = `, before: "${String(page.pageInfo.startCursor)}"`;
    }
  }

  it('the inbox, where each arrival moves a conversation to its top: none twice, and none lost that stayed', async () => {
    const numbers = Array.from({ length: THREADS }, (_, index) => `+15550109${100 + index}`);
    const threads: string[] = [];
    for (const number of numbers) threads.push((await write(number)).conversationId);
    await eventually(async () => {
      const { conversations } = await rig.ask(`{ conversations(first: 100) { ${PAGE} } }`);
      expect(idsOf(conversations as Listed)).toEqual(expect.arrayContaining(threads));
    });
    const moved = numbers.filter((_, index) => index % 3 === 0);
    const stayed = threads.filter((_, index) => index % 3 !== 0);
    const seen: string[] = [];
    for (let after = '', page: Listed | undefined; page?.pageInfo.hasNextPage !== false;) {
      const [next] = moved.splice(0, 1);
      if (next !== undefined) await write(next);
      const { conversations } = await rig.ask(`{ conversations(first: 3${after}) { ${PAGE} } }`);
      page = conversations as Listed;
      seen.push(...idsOf(page));
      after = `, after: "${String(page.pageInfo.endCursor)}"`;
    }
    expect(seen).toHaveLength(new Set(seen).size);
    expect(stayed.filter((id) => !seen.includes(id))).toEqual([]);
  });
});
