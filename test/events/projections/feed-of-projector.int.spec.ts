import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { originVector } from '../../../src/events/kernel/cursor.js';
import type { FeedItem, LiveFeed } from '../../../src/events/projections/live-feed-port.js';
import { createLiveFeed } from '../../../src/events/projections/live-feed.js';
import { createFinders } from '../../../src/events/queries/create-finders.js';
import type { Finders } from '../../../src/events/queries/finders.js';
import type { Running } from '../../../src/lifecycle.js';
import { acceptedData, conversationId, event, eventId, messageId } from '../../support/events.js';
import { testLog } from '../../support/log.js';
import { openProjectorRig, type ProjectorRig } from './projector-rig.js';

const place = { attempt: 1, part: 0 };

describe('what the projector makes, as subscribers and queries see it', () => {
  let rig: ProjectorRig;
  let feed: LiveFeed & Running;
  let finders: Finders;
  beforeEach(async () => {
    rig = await openProjectorRig();
    await rig.startProjector();
    feed = await createLiveFeed({ database: rig.database, partitionCount: rig.log.partitionCount, logger: testLog });
    finders = createFinders({ database: rig.database });
  });
  afterEach(async () => {
    await feed.stop();
    await rig.close();
  });

  const next = async (iterator: AsyncIterator<FeedItem>): Promise<FeedItem> => {
    const { value, done } = await iterator.next();
    if (done === true) throw new Error('The subscription ended.');
    return value;
  };

  it('can be queried by whoever was notified, at the event or beyond it', async () => {
    const accepted = event({ type: 'message.accepted', n: 1, data: acceptedData() });
    const { workspaceId } = accepted;
    const watched = feed.subscribe({ workspaceId, messageId: messageId(1) });
    const steps = [
      accepted,
      event({ type: 'message.sent', n: 2, data: place }),
      event({ type: 'message.delivered', n: 3, data: place }),
      event({ type: 'message.sent', n: 4, data: { ...place, providerMessageId: 'again' } }),
    ];
    const shown = [
      ['ACCEPTED', true],
      ['SENT', true],
      ['DELIVERED', true],
      ['SENT', false],
    ];
    for (const [index, step] of steps.entries()) {
      await rig.append(step);
      const item = await next(watched);
      expect(item.event).toMatchObject({ id: step.id, type: step.type });
      expect([item.change?.entry.status, item.change?.isMove]).toEqual(shown[index]);
      const [found] = await finders.messages(workspaceId, [messageId(1)]);
      expect(found?.status).toBe(index < 2 ? shown[index]?.[0] : 'DELIVERED');
      expect(await feed.waitUntilPassed(item.vector, 2_000)).toBe(true);
    }
    const [timeline] = await finders.timelines(workspaceId, [messageId(1)]);
    expect(timeline?.map(({ status }) => status)).toEqual(shown.map(([status]) => status));
  });

  it('is given once, where an event stands in the log more than once', async () => {
    const accepted = event({ type: 'message.accepted', n: 1, data: acceptedData() });
    const { workspaceId } = accepted;
    const origin = originVector(rig.log.partitionCount);
    await rig.append(accepted, accepted);
    await rig.append(accepted);
    await rig.caughtUp();
    const page = await finders.journalPage(workspaceId, { conversationId: conversationId(1) }, origin, 10);
    expect(page.items.map((item) => item.event.id)).toEqual([eventId(1)]);
    const resumed = feed.subscribe({ workspaceId }, origin);
    const last = event({ type: 'message.sent', n: 2, data: place });
    await rig.append(last);
    expect((await next(resumed)).event.id).toBe(accepted.id);
    expect((await next(resumed)).event.id).toBe(last.id);
  });

  it('shows every write to whoever reads after it', async () => {
    for (let n = 1; n <= 50; n += 1) {
      const accepted = event({ type: 'message.accepted', n, message: n, thread: n % 7, data: acceptedData() });
      await rig.append(accepted);
      expect(await feed.waitUntilPassed(await rig.log.heads('events'), 2_000)).toBe(true);
      expect(await finders.messages(accepted.workspaceId, [messageId(n)])).toMatchObject([{ id: messageId(n) }]);
    }
  });
});
