import type { UserError } from '../commands/commands.js';
import { refuseAttributes } from './refuse-attributes.js';
import { mergeAttributes, type Attributes } from '../kernel/attributes.js';
import { canonicalJson } from '../kernel/canonical-json.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import { isSingleLine } from '../message/plain-text.js';
import { parseInstant } from '../message/schedule.js';
import type { ConversationState } from './state.js';
import { withLabels, type TendingEvent } from './tend.js';

export const OWN_ID_LENGTH_MAX = 255;
export const LABEL_LENGTH_MAX = 100;
export const LABELS_MAX = 50;
export const SNOOZE_DAYS_MAX = 366;
const DAY_MS = 86_400_000;

/** What somebody wants to do about a conversation. Ids are the customer's own. */
export type ConversationChange =
  | { readonly kind: 'close' | 'open' }
  /** RFC 3339. */
  | { readonly kind: 'snooze'; readonly until: string }
  /** Whoever it was assigned to before; undefined: nobody. */
  | { readonly kind: 'assign'; readonly agentId?: string | undefined; readonly teamId?: string | undefined }
  | { readonly kind: 'label' | 'unlabel'; readonly labels: readonly string[] }
  /** What is changed of them; null: it goes. */
  | { readonly kind: 'setAttributes'; readonly attributes: Attributes };

/** The event but for its envelope. */
export type Tending = {
  [Type in TendingEvent['type']]: Pick<Extract<TendingEvent, { type: Type }>, 'type' | 'data'>;
}[TendingEvent['type']];

/** What is to be said of it; undefined: it is so already. */
export function decideChange(
  change: ConversationChange,
  state: ConversationState,
  now: Date,
): Decision<Tending | undefined, UserError> {
  switch (change.kind) {
    case 'close':
      return accepted(state.status === 'CLOSED' ? undefined : { type: 'conversation.closed', data: {} });
    case 'open': {
      const isSo = state.status === 'OPEN' && state.snoozedUntil === null;
      return accepted(isSo ? undefined : { type: 'conversation.reopened', data: {} });
    }
    case 'snooze':
      return decideSnooze(change.until, state, now);
    case 'assign':
      return decideAssignment(change, state);
    case 'label':
      return decideLabels({ added: change.labels, removed: [] }, state);
    case 'unlabel':
      return decideLabels({ added: [], removed: change.labels }, state);
    case 'setAttributes':
      return decideAttributes(change.attributes, state);
  }
}

const invalid = (field: string, message: string): UserError => ({ code: 'INPUT_INVALID', message, field: [field] });

function decideSnooze(text: string, state: ConversationState, now: Date): Decision<Tending | undefined, UserError> {
  const until = parseInstant(text);
  if (until === undefined)
    return refused(invalid('until', 'Not a time. Write it as RFC 3339 has it, for example 2030-01-31T09:00:00Z.'));
  const inMs = until.getTime() - now.getTime();
  if (inMs <= 0) return refused(invalid('until', 'It has passed.'));
  if (inMs > SNOOZE_DAYS_MAX * DAY_MS) return refused(invalid('until', `At most ${SNOOZE_DAYS_MAX} days ahead.`));
  if (state.status === 'CLOSED')
    return refused({ code: 'CONVERSATION_CLOSED', message: 'It is closed: open it first.', field: ['conversationId'] });
  const isSo = state.snoozedUntil === until.toISOString();
  return accepted(isSo ? undefined : { type: 'conversation.snoozed', data: { until: until.toISOString() } });
}

function decideAssignment(
  change: Extract<ConversationChange, { kind: 'assign' }>,
  state: ConversationState,
): Decision<Tending | undefined, UserError> {
  const refusals = [...refuseOwnId('agentId', change.agentId), ...refuseOwnId('teamId', change.teamId)];
  if (refusals.length > 0) return refused(...refusals);
  const data = { agentId: change.agentId ?? null, teamId: change.teamId ?? null };
  const isSo = state.agentId === data.agentId && state.teamId === data.teamId;
  return accepted(isSo ? undefined : { type: 'conversation.assigned', data });
}

/** @param id the customer's own; undefined is fine */
export function refuseOwnId(field: string, id: string | undefined): readonly UserError[] {
  if (id === undefined || (id !== '' && id.length <= OWN_ID_LENGTH_MAX && isSingleLine(id))) return [];
  return [invalid(field, `1 to ${OWN_ID_LENGTH_MAX} characters, and no control characters.`)];
}

function decideLabels(
  change: { readonly added: readonly string[]; readonly removed: readonly string[] },
  state: ConversationState,
): Decision<Tending | undefined, UserError> {
  const named = [...change.added, ...change.removed];
  const isFine = (label: string) => label.trim() !== '' && label.length <= LABEL_LENGTH_MAX && isSingleLine(label);
  const bad = named.findIndex((label) => !isFine(label));
  if (named.length > LABELS_MAX) return refused(invalid('labels', `At most ${LABELS_MAX} at once.`));
  if (bad !== -1) {
    const message = `1 to ${LABEL_LENGTH_MAX} characters, and no control characters.`;
    return refused({ code: 'INPUT_INVALID', message, field: ['labels', String(bad)] });
  }
  const after = withLabels(state.labels, change);
  if (after.length > LABELS_MAX) return refused(invalid('labels', `A conversation has at most ${LABELS_MAX}.`));
  const added = after.filter((label) => !state.labels.includes(label));
  const removed = state.labels.filter((label) => !after.includes(label));
  const isSo = added.length + removed.length === 0;
  return accepted(isSo ? undefined : { type: 'conversation.labels_changed', data: { added, removed } });
}

function decideAttributes(change: Attributes, state: ConversationState): Decision<Tending | undefined, UserError> {
  const refusal = refuseAttributes(state.attributes, change);
  if (refusal !== undefined) return refused(refusal);
  const isSo = canonicalJson(mergeAttributes(state.attributes, change)) === canonicalJson(state.attributes);
  const event: Tending = { type: 'conversation.attributes_changed', data: { content: { attributes: change } } };
  return accepted(isSo ? undefined : event);
}
