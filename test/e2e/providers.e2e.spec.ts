import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stopAll, type Running } from '../../src/lifecycle.js';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';
import { SIMULATED } from '../../src/simulators/simulated.js';
import { eventually } from '../support/eventually.js';
import { reservePort } from '../support/parley-process.js';
import { scrape } from '../support/scrape.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createChannel, LINES, type ProviderLine } from './provider-lines.js';
import { findThread } from './provider-thread.js';

const SEND = `mutation ($input: SendMessagesInput!) { sendMessages(input: $input) {
  results { message { id } userErrors { code } } } }`;
const STATUSES = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Message { status } } }`;
const RESOLVE = `mutation ($input: ResolveMessageInput!) { resolveMessage(input: $input) { userErrors { code } } }`;

interface Sent {
  readonly sendMessages: {
    readonly results: readonly {
      readonly message: { readonly id: string } | null;
      readonly userErrors: readonly { readonly code: string }[];
    }[];
  };
}
interface Found {
  readonly nodes: readonly { readonly status: string }[];
}

const SENT_BY_EACH = 50;
/** Messages to one contact go one after another: several go together. */
const CONTACTS = [0, 1, 2, 3, 4] as const;
/** Nine lines that ask at once, and as often as they can, would leave no time for anything else. */
const SELDOM = { timeoutMs: 30_000, everyMs: 100 } as const;
const numbered = (index: number) => `Nr ${index}.`;
const NUMBERED = /Nr \d+\./;

/**
 * Every provider behind one Parley, each with a simulator that speaks its contract over HTTP. Beside them stand two that
 * are dead from the beginning, with messages that wait for them: whatever the others do, they do meanwhile.
 */
describe('all providers behind one Parley', () => {
  const running: Running[] = [];
  let app: TestApp;
  let lines: readonly ProviderLine[];
  let gone: string;
  let mute: { readonly channelId: string; readonly simulator: Simulator };
  let waiting: readonly string[];
  beforeAll(async () => {
    app = await startTestApp();
    running.push(app);
    gone = await createBot('Gone', `http://127.0.0.1:${await reservePort()}`);
    const simulator = await startSimulator(SIMULATED.telegram.create(), { faults: { hangs: 1 } });
    running.push(simulator);
    mute = { simulator, channelId: await createBot('Mute', simulator.baseUrl) };
    const chats = Array.from({ length: 20 }, (_, index) => String(1_000 + index));
    const deadSends = [gone, mute.channelId].flatMap((channelId) =>
      chats.map((address) => ({ channelId, address, text: 'Anybody?' })),
    );
    waiting = await send(deadSends);
    lines = await Promise.all(LINES.map((connect) => connect(app.client, running)));
  });
  // The simulators first: the calls that one of them never answers end with it.
  afterAll(() => stopAll(running));

  const createBot = async (name: string, apiBaseUrl: string) => {
    const settings = { ...SIMULATED.telegram.settings, apiBaseUrl };
    const { id } = await createChannel(app.client, { name, provider: 'TELEGRAM', platform: 'TELEGRAM', settings });
    return id;
  };
  const sendOnce = async (messages: readonly object[]) => {
    const { sendMessages } = await app.client.run<Sent>(SEND, { input: { messages } });
    return sendMessages.results;
  };
  /** What the log can't take in time on a busy machine is sent again, under its key. @throws when one is refused */
  const send = async (given: readonly { channelId: string; address: string; text: string }[]) => {
    const messages = given.map(({ channelId, address, text }) => ({
      ...{ channelId, to: { address }, content: { text: { text } }, idempotencyKey: randomUUID() },
    }));
    const isUnavailable = ({ userErrors }: Sent['sendMessages']['results'][number]) =>
      userErrors.some(({ code }) => code === 'UNAVAILABLE');
    let results = await sendOnce(messages);
    while (results.some(isUnavailable)) results = await sendOnce(messages);
    return results.map(({ message, userErrors }) => {
      if (message === null) throw new Error(`Refused: ${JSON.stringify(userErrors)}`);
      return message.id;
    });
  };
  const sendBy = ({ channelId, addressOf }: ProviderLine, ...texts: readonly string[]) =>
    send(texts.map((text) => ({ channelId, address: addressOf(0), text })));
  const statusesOf = async (ids: readonly string[]) =>
    (await app.client.run<Found>(STATUSES, { ids })).nodes.map(({ status }) => status);
  const passed = async (id = '') => (await findThread(app.client, id)).timeline.map(({ status }) => status);
  const arrive = ({ name, reaches }: ProviderLine, ids: readonly string[]) =>
    eventually(async () => expect(new Set(await statusesOf(ids)), name).toEqual(new Set([reaches])), SELDOM);
  const saidIn = async (id = '') => {
    const { conversation } = await findThread(app.client, id);
    return (conversation?.messages.nodes ?? []).map(({ direction, content }) => `${direction} ${content.text}`);
  };
  const callsAbout = ({ simulator }: Pick<ProviderLine, 'simulator'>, text: string) =>
    simulator.calls.filter(({ body }) => body.includes(text));
  const ofEach = (work: (line: ProviderLine) => Promise<unknown>) => Promise.all(lines.map(work));
  const throttled = (line: ProviderLine) => line.simulator.misbehave({ throttles: 1, retryAfterS: 1 });
  /** Resolves when the provider has turned it away once. */
  const turnedAway = async (line: ProviderLine, text: string) => {
    const ids = await sendBy(line, text);
    await eventually(() => expect(callsAbout(line, text), line.name).not.toEqual([]));
    return ids;
  };

  it('are written to, say what became of it, and hand on the answer; once, however often they say it, and in whatever order', () =>
    ofEach(async (line) => {
      line.simulator.misbehave({ repeats: 1, reorders: 0.5 });
      await line.simulator.post(line.says(0, 'Hi'));
      // What the contact wrote opens the window.
      const [id = ''] = await eventually(() => sendBy(line, 'Hello'), SELDOM);
      await arrive(line, [id]);
      await eventually(
        async () =>
          expect([...(await saidIn(id))].sort(), line.name).toEqual([
            'INCOMING Hi',
            'INCOMING You said: Hello',
            'OUTGOING Hello',
          ]),
        SELDOM,
      );
      line.simulator.misbehave({});
      expect(await passed(id), line.name).toEqual(expect.arrayContaining(['ACCEPTED', 'SENT', line.reaches]));
    }));

  /** Fifty messages to five contacts, each of whom gets his in order, and once. */
  async function sendAll(line: ProviderLine): Promise<void> {
    const { channelId, addressOf, simulator, name } = line;
    const given = Array.from({ length: SENT_BY_EACH }, (_, index) => {
      const contact = index % CONTACTS.length;
      return { contact, channelId, address: addressOf(contact), text: numbered(index) };
    });
    await simulator.post(CONTACTS.flatMap((contact) => line.says(contact, 'It is me.')));
    // To each one alone, until what he wrote has opened his window.
    const first = await Promise.all(
      CONTACTS.map((contact) => eventually(() => send(given.slice(contact, contact + 1)), SELDOM)),
    );
    const ids = [...first.flat(), ...(await send(given.slice(CONTACTS.length)))];
    const heard = () => simulator.calls.flatMap(({ body }) => NUMBERED.exec(body)?.[0] ?? []);
    await eventually(() => expect(heard(), name).toHaveLength(SENT_BY_EACH), SELDOM);
    await arrive(line, ids);
    for (const one of CONTACTS) {
      const texts = given.filter(({ contact }) => contact === one).map(({ text }) => text);
      expect(
        heard().filter((text) => texts.includes(text)),
        name,
      ).toEqual(texts);
    }
  }

  it('are slowed down by themselves: while one takes nothing, the others get everything, in order', async () => {
    // The one that takes 100 calls a minute at its best.
    const slow = lines.find(({ name }) => name === 'WhautoChat');
    if (slow === undefined) throw new Error('It is not connected.');
    const others = lines.filter((line) => line !== slow);
    throttled(slow);
    const begunAt = performance.now();
    const later = await turnedAway(slow, 'Later');
    await Promise.all(others.map((line) => sendAll(line)));
    // It said each time that it is to be left alone for a second.
    const turns = callsAbout(slow, 'Later').length;
    expect(turns).toBeLessThanOrEqual(1 + (performance.now() - begunAt) / 1_000);
    expect(await statusesOf(later)).toEqual(['PROCESSING']);
    slow.simulator.misbehave({});
    await arrive(slow, later);
    // And the other way round: each in its own words.
    for (const line of others) throttled(line);
    const held = await Promise.all(others.map((line) => turnedAway(line, 'Then')));
    await arrive(slow, await sendBy(slow, 'Now'));
    for (const status of await statusesOf(held.flat())) expect(['ACCEPTED', 'PROCESSING']).toContain(status);
    for (const line of others) line.simulator.misbehave({});
    await Promise.all(others.map((line, index) => arrive(line, held[index] ?? [])));
  });

  it('leave it open what became of a message when the line drops, until a receipt or a person says so', () =>
    ofEach(async (line) => {
      const { name, simulator, echoesReference, reaches } = line;
      simulator.hold();
      simulator.misbehave({ acceptsAndDrops: 1 });
      const [first = '', second = ''] = await sendBy(line, 'Are you there?', 'Still there?');
      await eventually(async () => {
        for (const id of [first, second]) expect(await passed(id), name).toContain('OUTCOME_UNKNOWN');
      }, SELDOM);
      simulator.misbehave({});
      await simulator.release(({ body }) => body.includes('Are you there?'));
      if (echoesReference) {
        await arrive(line, [first]);
        expect(await statusesOf([second]), name).not.toContain(reaches);
        await simulator.release();
        await arrive(line, [second]);
      } else {
        await simulator.release();
        // What comes after the receipts is read after them.
        await simulator.post(line.says(0, 'I am.'));
        await eventually(async () => expect(await saidIn(first), name).toContain('INCOMING I am.'), SELDOM);
        expect(await statusesOf([first, second]), name).toEqual(['OUTCOME_UNKNOWN', 'OUTCOME_UNKNOWN']);
        await app.client.run(RESOLVE, { input: { messageId: first, as: 'SENT' } });
        await app.client.run(RESOLVE, { input: { messageId: second, as: 'FAILED' } });
        await eventually(
          async () => expect(await statusesOf([first, second]), name).toEqual(['SENT', 'SENDING_FAILED']),
          SELDOM,
        );
      }
      for (const text of ['Are you there?', 'Still there?']) expect(callsAbout(line, text), name).toHaveLength(1);
    }));

  it('go on although others are dead: one that is not there is left alone, and one that never answers keeps its calls to itself', async () => {
    const openings = async (channelId: string) => {
      const seen = await Promise.all(app.processUrls.map((url) => scrape(url)));
      return seen.map((one) => one.value('parley_breaker_open', { channel_id: channelId }) ?? 0);
    };
    await eventually(async () => expect(await openings(gone)).toContain(1), SELDOM);
    await ofEach(async ({ name, channelId }) => expect(Math.max(...(await openings(channelId))), name).toBe(0));
    expect(mute.simulator.calls.length).toBeGreaterThan(0);
    const statuses = new Set(await statusesOf(waiting));
    for (const status of ['SENT', 'SENDING_FAILED']) expect(statuses).not.toContain(status);
  });
});
