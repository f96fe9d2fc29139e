import { randomUUID } from 'node:crypto';
import type { ParleyEvent } from '../../src/events/catalog.js';
import { parseRecord, toRecord } from '../../src/events/codec.js';
import { createIdentity } from '../../src/events/event-identity.js';
import { createIdDeriver } from '../../src/events/kernel/derive-id.js';
import {
  channelIds,
  contactIds,
  conversationIds,
  messageIds,
  rawWebhookIds,
  workspaceIds,
} from '../../src/events/kernel/ids.js';
import { storable, storableJson } from '../../src/events/projections/storable.js';
import { echoedEvent, isEcho } from '../../src/events/workers/interpreter/echo.js';
import type { Judged } from '../../src/events/workers/interpreter/judged.js';
import {
  orphanEvent,
  receiptEvent,
  receiptFacts,
  receiptOf,
  type Receipt,
} from '../../src/events/workers/interpreter/receipt.js';
import { profileEvent, receivedEvent } from '../../src/events/workers/interpreter/received.js';
import { toldEvent } from '../../src/events/workers/interpreter/told.js';
import type { RawWebhook } from '../../src/events/webhook/raw-webhook.js';

const NOW = new Date('2026-06-01T12:00:00.000Z');
const identity = createIdentity(createIdDeriver(Buffer.alloc(32, 9)));
const thread = {
  conversationId: conversationIds.fromUuid(randomUUID()),
  contactId: contactIds.fromUuid(randomUUID()),
};
const messageId = messageIds.fromUuid(randomUUID());
const call = { ...thread, messageId, attempt: 1, part: 0, isOver: false };
const raw: RawWebhook = {
  ...{ id: rawWebhookIds.fromUuid(randomUUID()), workspaceId: workspaceIds.fromUuid(randomUUID()) },
  ...{ channelId: channelIds.fromUuid(randomUUID()), provider: 'SANDBOX', receivedAt: NOW },
  request: { headers: {}, url: 'https://parley.example/', body: Buffer.alloc(0) },
};
const by = { identity, now: NOW };

/**
 * Every event that the interpreter can make of a statement: which of them it makes hangs on what it finds in Postgres.
 * @throws where one can't be made
 */
function eventsOf(said: Judged): readonly ParleyEvent[] {
  switch (said.kind) {
    case 'received': {
      const { displayName } = said;
      const message = receivedEvent({ raw, said }, { thread, replyTo: messageId, ...by });
      return displayName === undefined
        ? [message]
        : [message, profileEvent({ raw, said }, { thread, displayName, ...by })];
    }
    case 'receipt':
    case 'echoed':
      return eventsOfReceipt(receiptOf(raw, said, identity));
    case 'watermark': {
      const { status, upTo } = said;
      const occurredAt = said.occurredAt ?? ('time' in upTo ? upTo.time : undefined);
      return eventsOfReceipt(
        receiptOf(raw, { kind: 'receipt', providerMessageId: 'covered', status, occurredAt }, identity),
      );
    }
    case 'edited':
    case 'deleted':
    case 'reacted':
      return [toldEvent({ raw, said }, { ...thread, messageId }, by)];
    default:
      return [];
  }
}

/** Of one that finds its message, of one that doesn't, and of the same two once they have been parked. */
function eventsOfReceipt(receipt: Receipt): readonly ParleyEvent[] {
  const parked = { ...receipt, facts: receiptFacts.parse(storableJson(receipt.facts)) };
  return [receipt, parked].flatMap((one) => [
    receiptEvent(one, call, NOW),
    isEcho(one) ? echoedEvent(one, { thread, replyTo: messageId, ...by }) : orphanEvent(one, identity, NOW),
  ]);
}

/**
 * Why what was said can't be kept; undefined: it can. An event that couldn't be read back would stop the projector, and
 * one that can't be written would stop the interpreter, each for good.
 */
export function whyNotKept(said: Judged): string | undefined {
  try {
    const broken = eventsOf(said).flatMap((event) => {
      const record = storable({ ...toRecord(event, identity.fingerprint), partition: 0, offset: 0n });
      const read = parseRecord(record);
      return read.kind === 'event' ? [] : [`${event.type}: ${read.kind} (${'reason' in read ? read.reason : ''})`];
    });
    return broken[0];
  } catch (error) {
    return `${said.kind}: ${String(error)}`;
  }
}
