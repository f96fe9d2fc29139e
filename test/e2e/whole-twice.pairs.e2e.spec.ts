import { expect, it } from 'vitest';
import { ROLES } from '../../src/config.js';
import { eventually } from '../support/eventually.js';
import { startTestSystem } from '../support/test-app.js';

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }`;
const STATUS = 'query ($id: ID!) { message(id: $id) { status } }';
interface Sent {
  readonly sendMessage: { readonly message: { readonly id: string } };
}

it('two processes of all roles, started at once on the same Kafka and Postgres, both work', async () => {
  const system = await startTestSystem([ROLES, ROLES]);
  const [first, second] = system.apis;
  if (!first || !second) throw new Error('Two processes were asked for.');
  const { channels } = await system.client.run<{ channels: { nodes: unknown[] } }>('{ channels { nodes { id } } }');
  expect(channels.nodes, 'one demo workspace').toHaveLength(1);
  const apis = [first.client, second.client] as const;
  const statusOf = async (id: string) => (await system.client.run<{ message: object | null }>(STATUS, { id })).message;
  // So many conversations that every partition has some: both processes hold half of them.
  const sent = await Promise.all(
    Array.from({ length: 48 }, async (_, index) => {
      const to = { phoneNumber: `+1555021${1000 + index}` };
      const input = { channelId: system.channelId, to, content: { text: { text: 'Hello' } } };
      const { sendMessage } = await apis[index % 2 === 0 ? 0 : 1].run<Sent>(SEND, { input });
      return sendMessage.message.id;
    }),
  );
  for (const id of sent)
    await eventually(async () => expect(await statusOf(id)).toEqual({ status: 'READ' }), {
      timeoutMs: 30_000,
      everyMs: 100,
    });
  await system.stop();
});
