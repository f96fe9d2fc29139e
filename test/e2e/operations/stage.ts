import { expect } from 'vitest';
import { startSimulator } from '../../../src/simulators/simulator.js';
import { createTelegramSimulator } from '../../../src/simulators/telegram.js';
import { NOWHERE } from '../sweeps/world.js';
import type { ApiClient } from '../../support/api-client.js';
import { eventually } from '../../support/eventually.js';
import { patient } from '../../support/patient-client.js';
import type { TestApp } from '../../support/test-app.js';

export type Variables = Readonly<Record<string, unknown>>;
/** Made when it is needed: some of them have to do something first. */
export type Given = (stage: Stage) => Variables | Promise<Variables>;

/** One operation, as it is asked when it works, and each way in which it is refused. */
export interface Covered {
  /** Of the answer, below the field. */
  readonly selection: string;
  readonly works: Given;
  /** What the answer has, at least; by default the operation's own word that nothing was refused is enough. */
  readonly answers?: object | readonly unknown[] | string | ((stage: Stage) => unknown);
  /** By the code that is answered. */
  readonly refusals: Readonly<Record<string, Given>>;
}

export interface Thread {
  readonly messageId: string;
  readonly conversationId: string;
  readonly contactId: string;
}

/** What the operations are about. */
export interface Stage {
  readonly app: TestApp;
  readonly client: ApiClient;
  readonly channelId: string;
  /** Of a provider that can be asked about its account. */
  readonly botId: string;
  /** A cursor from before anything of it happened. */
  readonly start: string;
  /** A conversation with a message each way. */
  readonly thread: Thread;
  /** A message that may have been sent, or not. */
  readonly unknownId: string;
  /** Ids of every kind that nothing has. */
  readonly nowhere: typeof NOWHERE;
  /** Another contact, and what was written to him. */
  newThread(): Promise<Thread>;
  sendInput(more?: object): object;
  stop(): Promise<void>;
}

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  message { id conversation { id contact { id } } } userErrors { code } } }`;
interface Sent {
  readonly sendMessage: {
    readonly message: {
      readonly id: string;
      readonly conversation: { readonly id: string; readonly contact: { readonly id: string } };
    };
  };
}

/** Its sandbox answers the first contact, and says of the unknown message's call nothing that anybody could find out. */
export async function setStage(app: TestApp): Promise<Stage> {
  const client = patient(app.client);
  const bot = await connectBot(client);
  const { cursor: start } = await client.run<{ cursor: string }>('{ cursor }');
  let contacts = 0;
  const sendInput = (more: object = {}) => ({
    ...{ channelId: app.channelId, to: { phoneNumber: '+15550100001' }, content: { text: { text: 'words' } } },
    ...more,
  });
  const write = async (phoneNumber: string): Promise<Thread> => {
    const { sendMessage } = await client.run<Sent>(SEND, { input: sendInput({ to: { phoneNumber } }) });
    const { id, conversation } = sendMessage.message;
    return { messageId: id, conversationId: conversation.id, contactId: conversation.contact.id };
  };
  const thread = await write('+15550100001');
  const { messageId: unknownId } = await write('+15550100006');
  await eventually(
    async () => {
      const found = await client.run<{ answered: { messages: { totalCount: number } }; unknown: { status: string } }>(
        `query ($id: ID!, $unknown: ID!) { unknown: message(id: $unknown) { status }
           answered: conversation(id: $id) { messages { totalCount nodes { direction } } } }`,
        { id: thread.conversationId, unknown: unknownId },
      );
      expect(JSON.stringify(found.answered)).toContain('INCOMING');
      expect(found.unknown.status).toBe('OUTCOME_UNKNOWN');
    },
    { timeoutMs: 30_000, everyMs: 50 },
  );
  return {
    ...{ app, client, start, thread, unknownId, sendInput, channelId: app.channelId, botId: bot.id, nowhere: NOWHERE },
    stop: bot.stop,
    newThread: () => write(`+155501077${String((contacts += 1)).padStart(2, '0')}`),
  };
}

const CONNECT = `mutation ($input: CreateChannelInput!) { createChannel(input: $input) { channel { id } } }`;

async function connectBot(client: ApiClient): Promise<{ readonly id: string; stop(): Promise<void> }> {
  const botToken = '123456789:simulated';
  const simulator = await startSimulator(createTelegramSimulator({ botToken, replies: false }), { seed: 1 });
  const settings = { botToken, secretToken: 'secret', apiBaseUrl: simulator.baseUrl };
  const input = { name: 'a bot', provider: 'TELEGRAM', platform: 'TELEGRAM', settings };
  const { createChannel } = await client.run<{ createChannel: { channel: { id: string } } }>(CONNECT, { input });
  return { id: createChannel.channel.id, stop: () => simulator.stop() };
}

/** The answer of a mutation that has to have happened before. */
export async function done<Payload>(stage: Stage, name: string, input: Variables, selection: string): Promise<Payload> {
  const type = `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { payload: ${name}(input: $input) { ${selection} userErrors { code } } }`;
  return (await stage.client.run<{ payload: Payload }>(query, { input })).payload;
}
