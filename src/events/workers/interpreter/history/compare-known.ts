import type { Executor } from '../../../../database/database.js';
import type { ParleyEvent } from '../../../catalog.js';
import type { Identity } from '../../../event-identity.js';
import { canonicalJson } from '../../../kernel/canonical-json.js';
import type { EventId, MessageId } from '../../../kernel/ids.js';
import { messageIds } from '../../../kernel/ids.js';
import type { CorrectableEvent } from '../../../message/words.js';
import { storableJson } from '../../../projections/storable.js';
import { findRepliedTo, knownNames } from '../place-received.js';
import { receiptEvent } from '../receipt.js';
import { profileEvent, receivedEvent, type Received } from '../received.js';
import { compare } from './compare.js';
import type { KnownEvent } from './known-events.js';
import type { Reading, ReceivedReading } from './readings.js';
import type { Tally } from './tally.js';

/** A reading of the very webhook that its event was written down for. */
export interface KnownReading {
  readonly reading: Reading;
  readonly known: KnownEvent;
}

export interface CompareDeps {
  readonly executor: Executor;
  readonly identity: Identity;
  readonly now: Date;
  readonly tally: Tally;
  /** What else the journal has of what these readings would say. */
  readonly journal: ReadonlyMap<EventId, KnownEvent>;
}

/** The corrections of events that the journal has, and the names of contacts who had none. */
export async function compareKnown(
  readings: readonly KnownReading[],
  deps: CompareDeps,
): Promise<readonly ParleyEvent[]> {
  const repliedTo = await findRepliedTo(deps.executor, readings.flatMap(receivedOf));
  const corrections = readings.flatMap((one) => correctionsOf(one, repliedTo, deps));
  return [...corrections, ...(await missingNames(readings, deps))];
}

const receivedOf = ({ reading }: KnownReading): readonly Received[] =>
  reading.kind === 'received' ? [reading.received] : [];

function correctionsOf(
  { reading, known }: KnownReading,
  repliedTo: ReadonlyMap<Received, MessageId>,
  deps: CompareDeps,
): readonly ParleyEvent[] {
  // What a contact did stands as it was first read: nothing corrects it.
  if (reading.kind === 'told' || reading.kind === 'moved') {
    deps.tally.count(reading.raw.channelId, known.event.type, 'unchanged');
    return [];
  }
  const read = asRead(reading, known, repliedTo, deps);
  if (read === undefined) return [];
  const compared = compare(known, read, deps);
  if (compared.kind === 'left') deps.tally.leave(compared.reason);
  else deps.tally.count(reading.raw.channelId, read.type, compared.kind);
  return compared.kind === 'corrected' ? [compared.event] : [];
}

/** The event as this build would have written it, on the message that it is about. */
function asRead(
  reading: Exclude<Reading, { kind: 'told' | 'moved' }>,
  { current }: KnownEvent,
  repliedTo: ReadonlyMap<Received, MessageId>,
  { identity, now }: CompareDeps,
): CorrectableEvent | undefined {
  const { conversationId, contactId, messageId } = current ?? {};
  if (current === undefined || conversationId === undefined || messageId === undefined) return undefined;
  if (reading.kind === 'received') {
    if (current.type !== 'message.received' || contactId === undefined) return undefined;
    const replyTo = repliedTo.get(reading.received) ?? stillRepliedTo(reading, current);
    return asCorrectable(
      receivedEvent(reading.received, { thread: { conversationId, contactId }, replyTo, identity, now }),
    );
  }
  if (current.type === 'message.received') return undefined;
  const { attempt, part } = current.data;
  const call = { messageId, conversationId, contactId, attempt, part, isOver: true };
  return asCorrectable(receiptEvent(reading.receipt, call, now));
}

/** What can't be looked up any more isn't therefore wrong. */
function stillRepliedTo(
  { received }: ReceivedReading,
  current: Extract<CorrectableEvent, { type: 'message.received' }>,
): MessageId | undefined {
  const { replyToMessageId } = current.data;
  if (received.said.replyToProviderMessageId === undefined || replyToMessageId === undefined) return undefined;
  return messageIds.parse(replyToMessageId);
}

/** Both makers make nothing else. */
const asCorrectable = (event: ParleyEvent): CorrectableEvent => event as CorrectableEvent;

/** The first name that history tells of a contact who has none; a later one comes with his next message. */
async function missingNames(
  readings: readonly KnownReading[],
  { executor, identity, now, tally, journal }: CompareDeps,
): Promise<readonly ParleyEvent[]> {
  const named = readings.flatMap(({ reading, known: { event } }) => {
    const { conversationId, contactId } = event;
    if (reading.kind !== 'received' || conversationId === undefined || contactId === undefined) return [];
    const { displayName } = reading.received.said;
    return displayName === undefined
      ? []
      : [{ reading, displayName, thread: { conversationId, contactId }, contactId }];
  });
  const withName = named.map(({ reading, contactId }) => ({ workspaceId: reading.raw.workspaceId, contactId }));
  const names = await knownNames(executor, withName);
  return named.flatMap(({ reading, thread, displayName }) => {
    const event = profileEvent(reading.received, { thread, displayName, identity, now });
    const known = journal.get(event.id)?.event;
    if (known !== undefined) {
      if (canonicalJson(known.data) !== canonicalJson(storableJson(event.data))) tally.leave('contactName');
      return [];
    }
    if (names.has(thread.contactId)) return [];
    names.set(thread.contactId, displayName);
    tally.count(reading.raw.channelId, event.type, 'new');
    return [event];
  });
}
