import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { withClient } from '../../support/with-client.js';
import { done, type Given, type Stage, type Variables } from './stage.js';

/** Two of them have one key and say different things. */
async function ofAnotherInput(stage: Stage): Promise<Variables> {
  const idempotencyKey = randomUUID();
  await done(stage, 'sendMessage', { ...stage.sendInput({ idempotencyKey }) }, 'cursor');
  return { ...stage.sendInput({ idempotencyKey, content: { text: { text: 'other words' } } }) };
}

const toWhom =
  (standing: 'blockContact' | 'optOutContact'): Given =>
  async (stage) => {
    const { contactId } = await stage.newThread();
    await done(stage, standing, { contactId }, 'cursor');
    return { ...stage.sendInput({ to: { contactId } }) };
  };

/** No mutation switches a channel off yet. */
async function toDisabledChannel(stage: Stage): Promise<Variables> {
  const settings = { name: 'off', provider: 'SANDBOX', platform: 'WHATSAPP', settings: {} };
  const { channel } = await done<{ channel: { id: string } }>(stage, 'createChannel', settings, 'channel { id }');
  await withClient(stage.app.databaseUrl, (client) =>
    client.query(`update config.channels set is_enabled = false where name = 'off'`),
  );
  const input = { ...stage.sendInput({ channelId: channel.id }) };
  // Each process keeps its channels, and is told of a change.
  await eventually(async () => {
    await withClient(stage.app.databaseUrl, (client) => client.query(`select pg_notify('parley_channels', '')`));
    const { userErrors } = await done<{ userErrors: readonly unknown[] }>(stage, 'sendMessage', input, 'cursor');
    expect(userErrors).toHaveLength(1);
  });
  return input;
}

/** A send that is in order but for what is given. */
export const send =
  (more: Variables | ((stage: Stage) => Variables)): Given =>
  (stage) => ({ ...stage.sendInput(typeof more === 'function' ? more(stage) : more) });

/** Every way in which a send is refused here. */
export const SENDS: Readonly<Record<string, Given>> = {
  CHANNEL_NOT_FOUND: send(({ nowhere }) => ({ channelId: nowhere.channel })),
  CHANNEL_DISABLED: toDisabledChannel,
  RECIPIENT_INVALID: send({ to: { phoneNumber: '+1' } }),
  RECIPIENT_NOT_FOUND: send(({ nowhere }) => ({ to: { contactId: nowhere.contact } })),
  RECIPIENT_BLOCKED: toWhom('blockContact'),
  RECIPIENT_OPTED_OUT: toWhom('optOutContact'),
  CONTENT_INVALID: send({ content: { text: { text: '' } } }),
  IDEMPOTENCY_CONFLICT: ofAnotherInput,
  INPUT_INVALID: send({ idempotencyKey: 'x'.repeat(256) }),
  MESSAGE_NOT_FOUND: send(({ nowhere }) => ({ replyToMessageId: nowhere.message })),
  SCHEDULE_INVALID: send({ scheduledAt: '2020-01-01T00:00:00Z' }),
};
