import { afterAll, beforeAll, expect, it } from 'vitest';
import { codesOf, openCommandBench, valueOf, type CommandBench } from '../../support/command-bench.js';

const HERE = { publicUrl: 'http://parley.example' };
const IMAGES = {
  image: { text: 'two', images: [{ url: 'https://a.example/1.png' }, { url: 'https://a.example/2.png' }] },
};

let bench: CommandBench;
beforeAll(async () => {
  bench = await openCommandBench();
});
afterAll(() => bench.stop());

const countRows = async () => {
  const tables = ['read.messages', 'work.dispatches', 'work.addresses', 'log.records'];
  const known = await bench.database.pool.query<{ name: string }>(
    `select name from unnest($1::text[]) name where to_regclass(name) is not null`,
    [tables],
  );
  const counts = known.rows.map(({ name }) => bench.database.pool.query(`select count(*) from ${name}`));
  return (await Promise.all(counts)).flatMap(({ rows }) => rows as unknown[]);
};

it('shows a call for each part, and leaves nothing behind', async () => {
  const before = await countRows();
  expect(before.length).toBeGreaterThan(2);
  const { calls } = valueOf(
    await bench.commands.previewMessage(bench.caller, { ...bench.text('', { content: IMAGES }), ...HERE }),
  );
  expect(calls).toMatchObject([
    {
      ...{ method: 'POST', url: 'http://sandbox.invalid/messages' },
      headers: { authorization: '[hidden]', 'content-type': 'application/json' },
      body: { to: '+15550100000', content: { text: 'two' }, part: { index: 0, count: 2 } },
    },
    { body: { content: { text: '' }, part: { index: 1, count: 2 } } },
  ]);
  const webhookUrl = `${HERE.publicUrl}/webhooks/sandbox/${bench.channelId}`;
  expect(JSON.stringify(calls[0]?.body)).toContain(webhookUrl);
  expect(await countRows()).toEqual(before);
});

it('refuses what sendMessage refuses, in its words', async () => {
  const nobody = { to: { contactId: 'nobody' } };
  const elsewhere = { channelId: 'chan_01h45ytscbebyvny4gc8cr8ma2' };
  const ofNothing = { content: { text: { text: '' } } };
  const toNothing = { replyToMessageId: 'msg_01h45ytscbebyvny4gc8cr8ma2' };
  for (const wrong of [nobody, elsewhere, ofNothing, toNothing]) {
    const input = bench.text('words', wrong);
    const previewed = await bench.commands.previewMessage(bench.caller, { ...input, ...HERE });
    expect(previewed).toEqual(await bench.commands.sendMessage(bench.caller, input));
    expect(codesOf(previewed)).toHaveLength(1);
  }
});
