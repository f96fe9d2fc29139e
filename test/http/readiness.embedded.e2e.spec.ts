import { expect, it } from 'vitest';
import { apiClient } from '../support/api-client.js';
import { cloneDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { startPostgresProxy } from '../support/postgres-proxy.js';
import { startTestApp } from '../support/test-app.js';

it.concurrent(
  'says that it is not ready while Postgres swallows what it is asked, and is ready again by itself',
  async () => {
    const database = await cloneDatabase();
    const proxy = await startPostgresProxy(database.url);
    const app = await startTestApp({ DATABASE_URL: proxy.url });
    const asksHeads = ({ sql }: { readonly sql: string }) => sql.includes('next_offset from log.partitions');
    // The first is the log's own look, once a second; then comes what readiness asks.
    const holds = [proxy.holdStatement(asksHeads), proxy.holdStatement(asksHeads)];
    await holds[0]?.reached;
    const began = performance.now();
    const answer = await fetch(`${app.url}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('log: away');
    expect(performance.now() - began).toBeLessThan(5_000);
    for (const hold of holds) hold.release();
    await eventually(async () => expect((await fetch(`${app.url}/readyz`)).status).toBe(200));
    await app.stop();
    await proxy.close();
    await database.drop();
  },
);

it.concurrent('answers within 5 s that it can not know the caller while Postgres swallows the question', async () => {
  const database = await cloneDatabase();
  const proxy = await startPostgresProxy(database.url);
  const app = await startTestApp({ DATABASE_URL: proxy.url });
  const hold = proxy.holdStatement(({ sql }) => sql.includes('config.api_keys'));
  const began = performance.now();
  const { errors } = await apiClient(app.url, 'pk_nobody-knows-this-key').ask('{ viewer { workspaceId } }');
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 1_000 });
  expect(performance.now() - began).toBeLessThan(5_000);
  hold.release();
  await app.stop();
  await proxy.close();
  await database.drop();
});
