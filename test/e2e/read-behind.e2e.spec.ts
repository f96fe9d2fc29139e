import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { withClient } from '../support/with-client.js';

interface Sent {
  readonly sendMessage: {
    readonly userErrors: readonly unknown[];
    readonly message: {
      readonly id: string;
      readonly status: string;
      readonly conversation?: { readonly id: string } | null;
      readonly content?: { readonly target: { readonly reactions: readonly { readonly emoji: string }[] } | null };
    };
  };
}

const REACHED = `conversation { id }`;
const TARGET = `content { ... on ReactionContent { target { reactions { emoji } } } }`;
const send = (reached: string) => `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  userErrors { code } message { id status ${reached} } } }`;

describe('what is reached through a message that was just sent', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.stop());

  const inputFor = (phoneNumber: string, content: object) => ({
    input: { channelId: app.channelId, to: { phoneNumber }, content },
  });
  /** Nothing is projected meanwhile; all that is can be read. */
  const whileNothingIsProjected = <Result>(forMs: number, work: () => Promise<Result>): Promise<Result> =>
    withClient(app.databaseUrl, async (client) => {
      await client.query('begin');
      await client.query('lock table read.messages, read.conversations in share row exclusive mode');
      const working = work();
      await Promise.race([working, new Promise((resolve) => setTimeout(resolve, forMs))]);
      await client.query('rollback');
      return working;
    });

  it('waits for the projection: the target of a reaction shows it', async () => {
    const { sendMessage } = await app.client.run<Sent>(
      send(REACHED),
      inputFor('+15550100001', { text: { text: 'x' } }),
    );
    const reaction = { reaction: { messageId: sendMessage.message.id, emoji: '👍' } };
    const answer = await whileNothingIsProjected(300, () =>
      app.client.run<Sent>(send(TARGET), inputFor('+15550100001', reaction)),
    );
    expect(answer.sendMessage.message.content?.target?.reactions).toEqual([{ emoji: '👍' }]);
  });

  it('is null with an error where it takes too long, and the message itself is told', async () => {
    const answer = await whileNothingIsProjected(10_000, () =>
      app.client.ask<Sent>(send(REACHED), inputFor('+15550100002', { text: { text: 'x' } })),
    );
    expect(answer.status).toBe(200);
    expect(answer.data?.sendMessage).toMatchObject({
      userErrors: [],
      message: { status: 'ACCEPTED', conversation: null },
    });
    expect(answer.errors).toMatchObject([
      {
        path: ['sendMessage', 'message', 'conversation'],
        extensions: { code: 'NOT_YET_PROJECTED', retryAfterMs: 500 },
      },
    ]);
  });
});
