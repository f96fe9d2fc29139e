import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { patient } from '../support/patient-client.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { topology } from '../support/topology.js';

interface Published {
  readonly eventPublished: { readonly cursor: string; readonly event: { readonly id: string; readonly type: string } };
}
interface Events {
  readonly events: { readonly nodes: readonly { readonly id: string }[]; readonly pageInfo: PageInfo };
}
interface PageInfo {
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
}
interface Sent {
  readonly sendMessage: {
    readonly message: { readonly id: string } | null;
    readonly userErrors: readonly { readonly code: string }[];
    readonly cursor: string;
  };
}

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  message { id } userErrors { code message } cursor } }`;
const PUBLISHED = `subscription ($after: Cursor) { eventPublished(after: $after) { cursor event { id type } } }`;
const EVENTS = `query ($after: Cursor) { events(first: 1000, after: $after) {
  nodes { id } pageInfo { endCursor hasNextPage } } }`;

/** The whole numbers once: many processes share the two cores, and Kafka has `npm run faults` for numbers. */
const isWhole = topology() === 'embedded';
const FLOWING = isWhole ? 500 : 200;
const READ_BACK = isWhole ? 1_000 : 100;
const SENDERS = 50;
const READERS = 10;

let app: TestApp;
/** On a busy machine an answer may be to try again: nothing is missed by that, and nothing sent twice. */
let client: ApiClient;
beforeAll(async () => {
  app = await startTestApp();
  client = patient(app.client);
});
afterAll(() => app.stop());

const send = (to: string, idempotencyKey?: string) =>
  client.run<Sent>(SEND, {
    input: { channelId: app.channelId, to: { phoneNumber: to }, content: { text: { text: 'Hello' } }, idempotencyKey },
  });

/** The whole journal after a cursor, page by page. */
async function journalAfter(cursor: string): Promise<string[]> {
  const ids: string[] = [];
  for (let after = cursor; ;) {
    const { events } = await client.run<Events>(EVENTS, { after });
    ids.push(...events.nodes.map(({ id }) => id));
    if (!events.pageInfo.hasNextPage || events.pageInfo.endCursor === null) return ids;
    after = events.pageInfo.endCursor;
  }
}

const idsOf = (items: readonly Published[]) => items.map((item) => item.eventPublished.event.id);

describe('cursors', () => {
  it('misses nothing and repeats nothing between `cursor` and a subscription after it while messages flow', async () => {
    // Each sender waits for its answer: all at once wait for each other, on a busy machine longer than a send may.
    const sending = Promise.all(
      Array.from({ length: SENDERS }, async (_, sender) => {
        for (let n = 0; n < FLOWING / SENDERS; n += 1) await send(`+1555010${String(2000 + sender)}`);
      }),
    );
    const { cursor } = await client.run<{ cursor: string }>('{ cursor }');
    const watch = client.watch<Published>(PUBLISHED, { after: cursor });
    await sending;
    await eventually(
      async () => {
        const journal = await journalAfter(cursor);
        const seen = idsOf(watch.items);
        expect(seen.length).toBe(journal.length);
        expect(new Set(seen)).toEqual(new Set(journal));
      },
      { timeoutMs: 40_000, everyMs: 250 },
    );
    await watch.stop();
  });

  it('gives every event once to a client that reconnects with its last cursor after a pause', async () => {
    const { cursor } = await client.run<{ cursor: string }>('{ cursor }');
    const first = client.watch<Published>(PUBLISHED, { after: cursor });
    await send('+15550103000');
    await eventually(() => expect(first.items.length).toBeGreaterThan(0));
    await first.stop();
    const last = first.items.at(-1)?.eventPublished.cursor;
    for (let index = 0; index < 20; index += 1) await send(`+155501031${String(index).padStart(2, '0')}`);
    const second = client.watch<Published>(PUBLISHED, { after: last });
    await eventually(
      async () => {
        const seen = [...idsOf(first.items), ...idsOf(second.items)];
        const journal = await journalAfter(cursor);
        expect(seen.length).toBe(journal.length);
        expect(new Set(seen)).toEqual(new Set(journal));
      },
      { timeoutMs: 30_000, everyMs: 250 },
    );
    await second.stop();
  });

  it('lets sends, each followed by a query after its cursor, always see their message', async () => {
    const round = async (worker: number) => {
      for (let index = 0; index < READ_BACK / READERS; index += 1) {
        const { sendMessage } = await send(`+1555010${String(4000 + worker)}`);
        const id = sendMessage.message?.id;
        const seen = await client.run<{ message: { id: string } | null }>(
          'query ($id: ID!) { message(id: $id) { id } }',
          { id },
          { 'x-parley-after': sendMessage.cursor },
        );
        expect(seen.message?.id).toBe(id);
      }
    };
    await Promise.all(Array.from({ length: READERS }, (_, worker) => round(worker)));
  }, 180_000);
});

describe('idempotency over HTTP', () => {
  it('makes one message of 50 sends at once with one key, and 50 equal answers', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => send('+15550105000', 'fifty-at-once')));
    const ids = new Set(answers.map((answer) => answer.sendMessage.message?.id));
    expect(ids.size).toBe(1);
    expect(new Set(answers.map((answer) => JSON.stringify(answer.sendMessage.userErrors)))).toEqual(new Set(['[]']));
  });

  it('answers IDEMPOTENCY_CONFLICT to another input under the same key', async () => {
    await send('+15550105001', 'one-key');
    const { sendMessage } = await send('+15550105002', 'one-key');
    expect(sendMessage.userErrors.map(({ code }) => code)).toEqual(['IDEMPOTENCY_CONFLICT']);
  });
});
