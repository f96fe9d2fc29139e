import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { startPostgresProxy } from '../support/postgres-proxy.js';
import { scrape } from '../support/scrape.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { withClient } from '../support/with-client.js';

interface Sent {
  readonly sendMessage: { readonly message: { readonly id: string } | null; readonly userErrors: readonly unknown[] };
}
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }`;
const BATCH = `mutation ($input: SendMessagesInput!) { sendMessages(input: $input) { results { userErrors { code } } } }`;
const STATUS = `query ($id: ID!) { message(id: $id) { status } }`;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const input = (to: string, more: object = {}) => ({
  ...{ channelId: app.channelId, to: { phoneNumber: to }, content: { text: { text: 'Hello' } } },
  ...more,
});
const send = (to: string, more: object = {}) => app.client.run<Sent>(SEND, { input: input(to, more) });

describe('/metrics', () => {
  it('counts sends by what they were answered with, in batches too', async () => {
    const count = async (outcome: string) => (await scrape(app.url)).value('parley_sends_total', { outcome }) ?? 0;
    const before = await count('ACCEPTED');
    await send('+15550100001');
    await send('+15550100001', { channelId: 'chan_00000000000000000000000000' });
    const messages = [input('+15550100001'), input('not a number'), input('+15550100001')];
    await app.client.run(BATCH, { input: { messages } });
    expect(await count('ACCEPTED')).toBe(before + 3);
    expect(await count('CHANNEL_NOT_FOUND')).toBe(1);
    expect(await count('RECIPIENT_INVALID')).toBe(1);
  });

  it('follows a message through the log, the provider, its webhooks and the read models', async () => {
    const { message } = (await send('+15550100000')).sendMessage;
    await eventually(async () =>
      expect(await app.client.run(STATUS, { id: message?.id })).toEqual({ message: { status: 'READ' } }),
    );
    const seen = await scrape(app.url);
    const call = { provider: 'sandbox', operation: 'send' };
    expect(seen.value('parley_provider_calls_total', { ...call, outcome: 'accepted' })).toBeGreaterThan(0);
    expect(seen.value('parley_provider_call_seconds_count', call)).toBeGreaterThan(0);
    expect(seen.value('parley_webhooks_total', { provider: 'sandbox', verdict: 'taken' })).toBeGreaterThan(0);
    for (const topic of ['events', 'webhooks'])
      expect(seen.value('parley_log_append_seconds_count', { topic }), topic).toBeGreaterThan(0);
    for (const group of ['projector', 'interpreter', 'dispatcher']) {
      expect(seen.value('parley_consumer_records_total', { group }), group).toBeGreaterThan(0);
      expect(seen.value('parley_consumer_batch_seconds_count', { group }), group).toBeGreaterThan(0);
    }
    expect(seen.value('parley_projection_delay_seconds_count')).toBeGreaterThan(0);
    expect(seen.value('parley_breaker_open', { channel_id: app.channelId })).toBe(0);
  });

  it('counts webhooks by the verdict, and never by an address that somebody made up', async () => {
    const post = (path: string, headers: Readonly<Record<string, string>> = {}, body = '{}') =>
      fetch(`${app.url}/webhooks/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
    await post(`sandbox/${app.channelId}`);
    await post('sandbox/chan_00000000000000000000000000');
    await post('made-up/anything');
    await post(`sandbox/${app.channelId}`, { 'content-type': 'text/plain' });
    await post(`sandbox/${app.channelId}`, {}, 'x'.repeat(1024 * 1024 + 1));
    const seen = await eventually(async () => {
      const found = await scrape(app.url);
      expect(found.value('parley_webhooks_total', { provider: 'sandbox', verdict: 'too_large' })).toBe(1);
      return found;
    });
    for (const verdict of ['forged', 'unknown_channel', 'malformed'])
      expect(seen.value('parley_webhooks_total', { provider: 'sandbox', verdict }), verdict).toBe(1);
    expect(seen.value('parley_webhooks_total', { provider: 'other' })).toBe(1);
    expect(seen.text).not.toContain('made-up');
  });

  it('knows sockets and subscriptions while they are open', async () => {
    const watch = app.client.watch('subscription { inboxUpdated { cursor } }');
    await eventually(async () => {
      const seen = await scrape(app.url);
      expect([seen.value('parley_websockets'), seen.value('parley_subscriptions')]).toEqual([1, 1]);
    });
    await watch.stop();
    await eventually(async () => {
      const seen = await scrape(app.url);
      expect([seen.value('parley_websockets'), seen.value('parley_subscriptions')]).toEqual([0, 0]);
    });
    expect((await scrape(app.url)).value('parley_subscription_fallbacks_total')).toBe(0);
  });

  it('knows what waits in Postgres', async () => {
    const scheduledAt = new Date(Date.now() + 3_600_000).toISOString();
    await send('+15550100001', { scheduledAt });
    await withClient(app.databaseUrl, async (client) => {
      await client.query(
        `insert into work.dead_letters (consumer, topic, partition, "offset", reason) values ('projector', 'events', 0, 1, 'test')`,
      );
      await client.query(
        `insert into work.dispatches (message_id, attempt, part, workspace_id, conversation_id, contact_id, channel_id,
           state, queue_offset, run_at)
         select gen_random_uuid(), 1, 0, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(),
           ('00000000-0000-7000-8000-00000000000' || n % 2)::uuid, 'waiting', 0, now() from generate_series(1, 5) n`,
      );
    });
    const seen = await scrape(app.url);
    expect(seen.value('parley_work_waiting', { kind: 'scheduled' })).toBe(1);
    expect(seen.value('parley_work_waiting', { kind: 'waiting' })).toBe(5);
    const depths = [...seen.text.matchAll(/^parley_queue_depth\{channel_id="chan_\w+"\} (\d+)$/gm)];
    expect(depths.map(([, depth]) => depth).sort()).toEqual(['2', '3']);
    expect(seen.value('parley_dead_letters', { consumer: 'projector' })).toBe(1);
  });

  it('names no message, no contact and no address', async () => {
    const { text } = await scrape(app.url);
    expect(text).toContain('parley_sends_total');
    expect(text.match(/(?:msg|conv|cont|evt|raw|key|ws)_[0-9a-z]{26}|\+1555/g)).toBeNull();
  });
});

it('is answered within seconds while Postgres swallows what it is asked, without what only Postgres knows', async () => {
  const database = await cloneDatabase();
  const proxy = await startPostgresProxy(database.url);
  const own = await startTestApp({ DATABASE_URL: proxy.url });
  expect((await scrape(own.url)).value('parley_work_waiting', { kind: 'waiting' })).toBe(0);
  const hold = proxy.holdStatement(({ sql }) => sql.includes("'parked_receipts'"));
  const began = performance.now();
  const [seen] = await Promise.all([scrape(own.url), scrape(own.url), hold.reached]);
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(seen.value('parley_work_waiting', { kind: 'waiting' })).toBeUndefined();
  expect(seen.value('parley_role_ready', { role: 'api' })).toBe(1);
  expect(seen.value('parley_postgres_connections', { state: 'busy' })).toBeGreaterThan(0);
  hold.release();
  await eventually(async () =>
    expect((await scrape(own.url)).value('parley_work_waiting', { kind: 'waiting' })).toBe(0),
  );
  await own.stop();
  await proxy.close();
  await database.drop();
});
