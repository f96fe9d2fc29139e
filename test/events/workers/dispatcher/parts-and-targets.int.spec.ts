import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/events/kernel/clock.js';
import { messageIds, type MessageId } from '../../../../src/events/kernel/ids.js';
import { contentFacts } from '../../../../src/events/message/content-facts.js';
import type { MessageContent } from '../../../../src/events/message/content.js';
import { createProjector } from '../../../../src/events/projections/projector.js';
import { createFinders } from '../../../../src/events/queries/create-finders.js';
import { event, receivedData, workspaceId } from '../../../support/events.js';
import { testLog } from '../../../support/log.js';
import { openDispatchRig, patiently, type DispatchRig } from './dispatch-rig.js';

let rig: DispatchRig;
beforeEach(async () => {
  rig = await openDispatchRig();
});
afterEach(() => rig.close());

const images: MessageContent = {
  ...{ kind: 'image', text: 'Look', actions: [] },
  images: [0, 1, 2].map((n) => ({ url: `https://example.com/${n}.png` })),
};
const text = (said: string): MessageContent => ({ kind: 'text', text: said, actions: [], attachments: [] });

async function accept(message: MessageContent, more: { parts?: number; replyToMessageId?: MessageId } = {}) {
  const made = rig.accepted();
  const { content } = made.data;
  if (content === undefined) throw new Error('An accepted event of these tests has content.');
  const { replyToMessageId, parts = 1 } = more;
  const reply = replyToMessageId === undefined ? {} : { replyToMessageId };
  await rig.append({
    ...made,
    data: { ...made.data, ...contentFacts(message), ...reply, parts, content: { ...content, message } },
  });
  return made.messageId;
}

describe('parts', () => {
  it('rule 17: each picture is a call of its own, the words with the first', async () => {
    await rig.start();
    const messageId = await accept(images, { parts: 3 });
    await patiently(() => expect(rig.said(messageId)).toHaveLength(7));
    expect(rig.carrier.calls.map(({ part }) => part)).toEqual([0, 1, 2].map((index) => ({ index, count: 3 })));
    expect(rig.carrier.calls.map(({ content }) => content.text)).toEqual(['Look', '', '']);
    expect(rig.carrier.calls.map(({ content }) => content)).toMatchObject(
      [0, 1, 2].map((n) => ({ images: [{ url: `https://example.com/${n}.png` }] })),
    );
  });

  it('rule 13: the message stands where its least part stands, with an id for each that has one', async () => {
    const projector = await createProjector({
      database: rig.database,
      log: rig.log,
      logger: testLog,
      clock: systemClock,
    });
    try {
      rig.carrier.script = ({ part }) => {
        if (part?.index === 0) return { status: 400, body: { error: { code: 'content_rejected', message: 'no' } } };
        return part?.index === 1 ? 'drop' : 'accept';
      };
      await rig.start();
      const messageId = await accept(images, { parts: 3 });
      const finders = createFinders({ database: rig.database });
      const read = async () => (await finders.messages(workspaceId(), [messageId]))[0];
      await patiently(async () => expect((await read())?.providerMessageIds).toHaveLength(1));
      await patiently(async () =>
        expect(Object.values((await read())?.progress['1'] ?? {}).map(({ rank }) => rank)).toHaveLength(3),
      );
      // Nobody knows of the second: that is less than the first one's failure, and less than what the third stands at.
      await patiently(async () => expect((await read())?.status).toBe('OUTCOME_UNKNOWN'));
    } finally {
      await projector.stop();
    }
  });

  it('that were put off are called again alone: those with an outcome are not', async () => {
    let turnedAway = 0;
    rig.carrier.script = ({ part }) => {
      if (part?.index !== 1 || turnedAway >= 2) return 'accept';
      turnedAway += 1;
      return {
        status: 429,
        body: { error: { code: 'rate_limited', message: 'slow' } },
        headers: { 'retry-after': '0' },
      };
    };
    await rig.start();
    const messageId = await accept(images, { parts: 3 });
    await patiently(() => expect(rig.said(messageId).filter((type) => type === 'message.submitted')).toHaveLength(3));
    expect(rig.carrier.calls.map(({ part }) => part?.index)).toEqual([0, 1, 1, 1, 2]);
  });
});

describe('what a message answers', () => {
  const idOf = (messageId: MessageId) => rig.callsOf(messageId)[0]?.id;
  const called = (messageId: MessageId) =>
    patiently(() => expect(rig.said(messageId).at(-1)).toBe('message.submitted'));

  /** The read models know what came in. */
  const startProjector = () =>
    createProjector({ database: rig.database, log: rig.log, logger: testLog, clock: systemClock });

  const comesIn = async (): Promise<MessageId> => {
    const incoming = event({ type: 'message.received', n: 1, message: 77, data: receivedData('their-id') });
    await rig.append(incoming);
    const incomingId = messageIds.parse(incoming.messageId ?? '');
    if (incomingId === undefined) throw new Error('It has an id.');
    return incomingId;
  };

  it("is named by the provider's id: of ours the first part's, of what came in its own", async () => {
    const projector = await startProjector();
    try {
      await rig.start();
      const ours = await accept(images, { parts: 3 });
      const toOurs = await accept(text('to ours'), { replyToMessageId: ours });
      await called(toOurs);
      expect(rig.callsOf(toOurs)[0]?.replyTo).toBe(idOf(ours));

      const incomingId = await comesIn();
      const finders = createFinders({ database: rig.database });
      await patiently(async () =>
        expect(await finders.messages(workspaceId(), [incomingId])).toMatchObject([{ direction: 'INCOMING' }]),
      );
      const toTheirs = await accept(text('to theirs'), { replyToMessageId: incomingId });
      const reaction = await accept({ kind: 'reaction', text: '👍', emoji: '👍', targetMessageId: incomingId });
      await called(reaction);
      expect(rig.callsOf(toTheirs)[0]?.replyTo).toBe('their-id');
      expect(rig.callsOf(reaction)[0]?.replyTo).toBe('their-id');
    } finally {
      await projector.stop();
    }
  });

  it('is waited for while the read models are behind the log, as in a restored Postgres', async () => {
    await rig.start();
    const incomingId = await comesIn();
    const reaction = await accept({ kind: 'reaction', text: '👍', emoji: '👍', targetMessageId: incomingId });
    await patiently(async () => expect((await rig.row(reaction))?.state).toBe('claimed'));
    await patiently(async () => expect((await rig.row(reaction))?.state).toBe('waiting'));
    const projector = await startProjector();
    try {
      await called(reaction);
      expect(rig.callsOf(reaction).map(({ replyTo }) => replyTo)).toEqual(['their-id']);
    } finally {
      await projector.stop();
    }
  });

  it('may be without an id: an answer then goes as a message, and a reaction fails without a call', async () => {
    rig.carrier.script = ({ content }) => (content.text === 'lost' ? 'drop' : 'accept');
    const projector = await startProjector();
    try {
      await rig.start();
      const lost = await accept(text('lost'));
      const answer = await accept(text('answer'), { replyToMessageId: lost });
      const reaction = await accept({ kind: 'reaction', text: '👍', emoji: '👍', targetMessageId: lost });
      await called(answer);
      expect(rig.callsOf(answer)[0]).not.toHaveProperty('replyTo');
      await patiently(() => expect(rig.said(reaction).at(-1)).toBe('message.send_failed'));
      expect(rig.eventsOf(reaction).at(-1)?.data).toMatchObject({ failure: { code: 'CONTENT_REJECTED' } });
      expect(rig.callsOf(reaction)).toEqual([]);
    } finally {
      await projector.stop();
    }
  });
});
