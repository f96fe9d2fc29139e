import { expect, it } from 'vitest';
import { pause } from '../../src/lifecycle.js';
import { cloneDatabase } from '../support/database.js';
import { startPostgresProxy } from '../support/postgres-proxy.js';
import { startTestApp } from '../support/test-app.js';

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }`;
/** Of the 5 s. Before, the send had as long again after it was known who sends: 7.8 s in all. */
const FIRST_WAIT_MS = 3_000;

it('tells a sender within 5 s of the request, wherever the time went (rule 2)', async () => {
  const database = await cloneDatabase();
  const proxy = await startPostgresProxy(database.url);
  const app = await startTestApp({ DATABASE_URL: proxy.url });
  const asksWhoItIs = proxy.holdStatement(({ sql }) => sql.includes('config.api_keys'));
  const reserves = proxy.holdStatement(({ sql }) => /insert into "?work"?\."?idempotency_keys/i.test(sql));
  // Who it is was asked a moment ago, and is known for 5 s.
  const asking = askUntil(asksWhoItIs.reached, () => app.client.ask('{ viewer { workspaceId } }'));
  await asksWhoItIs.reached;
  const began = performance.now();
  const to = { phoneNumber: '+15550100000' };
  const input = { channelId: app.channelId, to, content: { text: { text: 'Hello' } }, idempotencyKey: 'in time' };
  const sending = app.client.ask(SEND, { input });
  await pause(FIRST_WAIT_MS);
  asksWhoItIs.release();
  const { errors } = await sending;
  expect(performance.now() - began).toBeLessThan(5_500);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 1_000 });
  reserves.release();
  await asking;
  await app.stop();
  await proxy.close();
  await database.drop();
});

async function askUntil(reached: Promise<unknown>, ask: () => Promise<unknown>): Promise<void> {
  let isReached = false;
  void reached.then(() => (isReached = true));
  const wasReached = () => isReached;
  while (!wasReached()) await Promise.all([ask(), pause(100)]);
}
