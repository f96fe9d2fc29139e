import { EVENT_CATALOG, type ParleyEvent } from '../../../catalog.js';
import type { Identity } from '../../../event-identity.js';
import { canonicalJson } from '../../../kernel/canonical-json.js';
import { earlierOf, instantOf } from '../../../kernel/instant.js';
import type { CorrectableEvent, MessageCorrected } from '../../../message/words.js';
import { storableJson } from '../../../projections/storable.js';
import type { KnownEvent } from './known-events.js';

/** Why an event that reads otherwise now is left as it is. */
export const LEFT_REASONS = [
  /** The sender is somebody else now: his message would stand in another thread, and the event under another key. */
  'anotherAddress',
  /** A message became a reaction or the other way round: it would have to leave its place. */
  'reaction',
  /** What it said was sealed: nothing brings that back. */
  'sealed',
  /** Only events of messages are corrected: the contact tells his name with the next message anyway. */
  'contactName',
] as const;
export type LeftReason = (typeof LEFT_REASONS)[number];

export type Comparison =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'left'; readonly reason: LeftReason }
  | { readonly kind: 'corrected'; readonly event: MessageCorrected };

/**
 * What the journal says of an event beside what this build reads out of the same webhook. The correction's id follows
 * from what it says and from what it supersedes: said again it is the same event, and there and back again are two.
 * @param read under the same id, of a message; its place in the message (attempt, part) taken from the known one
 */
export function compare(
  { event: original, current, saidBy }: KnownEvent,
  read: CorrectableEvent,
  { identity, now }: { readonly identity: Identity; readonly now: Date },
): Comparison {
  if (current === undefined) return { kind: 'unchanged' };
  // When it was recorded a clock that ran ahead was held back to then; the same goes for what is read now.
  const occurredAt = earlierOf(instantOf(read.occurredAt), instantOf(original.recordedAt));
  if (isSame(current, { ...read, occurredAt })) return { kind: 'unchanged' };
  const reason = whyLeft(current, read);
  if (reason !== undefined) return { kind: 'left', reason };
  const says = canonicalJson([read.type, occurredAt, meaningOf(read)]);
  return {
    kind: 'corrected',
    event: {
      ...{ id: identity.ofCorrection(original.id, saidBy, says), type: 'message.corrected', version: 1 },
      ...placeOf(original),
      ...{ occurredAt, recordedAt: now.toISOString(), causationId: original.causationId, reinterpreted: true },
      data: dataOf(original, read),
    },
  };
}

function isSame(known: CorrectableEvent, read: CorrectableEvent): boolean {
  const isSameFact = known.type === read.type && instantOf(known.occurredAt) === instantOf(read.occurredAt);
  return isSameFact && canonicalJson(meaningOf(known)) === canonicalJson(meaningOf(read));
}

/** The data as this build's schema has it, and as the journal would hold it: defaults filled in, nothing undefined. */
const meaningOf = ({ type, data }: ParleyEvent): unknown =>
  EVENT_CATALOG.get(type)?.data.parse(storableJson(data)) ?? data;

function whyLeft(known: CorrectableEvent, read: CorrectableEvent): LeftReason | undefined {
  if (known.data.sealed !== undefined) return 'sealed';
  if (known.type !== 'message.received' || read.type !== 'message.received') return undefined;
  if (known.data.content?.address !== read.data.content?.address) return 'anotherAddress';
  const kinds = [known.data.contentKind, read.data.contentKind];
  return kinds[0] !== kinds[1] && kinds.includes('reaction') ? 'reaction' : undefined;
}

/** All of it as the event itself has it: it stays under the key of its message's first event (rule 8). */
function placeOf({ workspaceId, channelId, conversationId, contactId, messageId }: ParleyEvent) {
  return { workspaceId, channelId, conversationId, contactId, messageId };
}

function dataOf(original: ParleyEvent, { type, data }: CorrectableEvent): MessageCorrected['data'] {
  const { content, sealed: _sealed, ...facts } = data;
  // The facts are those of the type beside them, which the compiler can't tell of a union that was taken apart.
  const says = { type, ...facts } as MessageCorrected['data']['says'];
  return { correctedEventId: original.id, says, ...(content === undefined ? {} : { content }) };
}
